import CSQLite
import Glibc
import KoiLock

/// Makes the writes of SQLite to the files of one folder fail, as a full or broken disk would:
/// SQLite's own layer over the operating system is given another `pwrite`.
package enum FaultyDisk {
    private struct Fault {
        let folder: String
        let code: Int32
        var writesLeft: Int
    }

    private static let faults = Lock<[Fault]>([])

    private typealias Write = @convention(c) (Int32, UnsafeRawPointer?, Int, off_t) -> Int

    private static let write: Write = { descriptor, bytes, count, offset in
        if let code = FaultyDisk.fault(of: descriptor) {
            errno = code
            return -1
        }
        return Glibc.pwrite(descriptor, bytes, count, offset)
    }

    private static let isInstalled: Bool = {
        guard let vfs = sqlite3_vfs_find(nil), let set = vfs.pointee.xSetSystemCall else {
            return false
        }
        let call = unsafeBitCast(write, to: sqlite3_syscall_ptr.self)
        // Which of the two is used depends on how the library was built.
        return [set(vfs, "pwrite", call), set(vfs, "pwrite64", call)].contains(SQLITE_OK)
    }()

    /// - Parameters:
    ///   - folder: whose files are hit.
    ///   - code: `ENOSPC` or `EIO`.
    ///   - writes: how many writes still work.
    /// - Returns: false where this build of SQLite cannot be given another `pwrite`.
    package static func fail(_ folder: String, with code: Int32, after writes: Int = 0) -> Bool {
        guard isInstalled else { return false }
        faults.withLock { $0.append(Fault(folder: folder, code: code, writesLeft: writes)) }
        return true
    }

    package static func heal(_ folder: String) {
        faults.withLock { $0.removeAll { $0.folder == folder } }
    }

    private static func fault(of descriptor: Int32) -> Int32? {
        faults.withLock { faults in
            guard !faults.isEmpty else { return nil }
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = bytes.withUnsafeMutableBytes { bytes in
                bytes.withMemoryRebound(to: CChar.self) { characters in
                    characters.baseAddress.map {
                        readlink("/proc/self/fd/\(descriptor)", $0, characters.count)
                    } ?? 0
                }
            }
            let path = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
            guard let index = faults.firstIndex(where: { path.hasPrefix($0.folder + "/") }) else {
                return nil
            }
            guard faults[index].writesLeft <= 0 else {
                faults[index].writesLeft -= 1
                return nil
            }
            return faults[index].code
        }
    }
}

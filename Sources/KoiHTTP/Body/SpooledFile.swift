import CLinux
import Glibc

/// A file without a name that holds an uploaded body and vanishes when it is released, or with the process.
package final class SpooledFile: Sendable {
    /// Open for reading and writing, mode 0600; closed with this object.
    package let descriptor: Int32
    /// In bytes.
    package let size: Int

    /// SHA-256 of its bytes; nothing where nobody has taken it.
    package let digest: [UInt8]

    private let budget: ByteBudget?
    private let charged: Int

    /// - Parameter charged: bytes taken from `budget`, which are given back at the end.
    init(descriptor: Int32, size: Int, digest: [UInt8] = [], budget: ByteBudget? = nil, charged: Int = 0) {
        self.digest = digest
        self.descriptor = descriptor
        self.size = size
        self.budget = budget
        self.charged = charged
    }

    deinit {
        Glibc.close(descriptor)
        budget?.giveBack(charged)
    }

    /// A path that opens the file as long as this object lives.
    package var path: String { "/proc/self/fd/\(descriptor)" }

    /// Gives the file a name, so that it stays.
    ///
    /// `path` must lie on the file system of the spool folder and not exist.
    ///
    /// - Returns: 0, or the `errno` of the failure.
    package func keep(at path: String) -> Int32 {
        linkat(AT_FDCWD, self.path, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 ? 0 : errno
    }

    /// All bytes; nil when reading fails.
    package func read() -> [UInt8]? {
        var length = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while length < size {
                let got = pread(
                    descriptor,
                    buffer.baseAddress.map { $0 + length },
                    size - length,
                    length
                )
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { break }
                length += got
            }
            count = length
        }
        return length == size ? bytes : nil
    }
}

internal import Glibc
internal import KoiLock

/// The right of one process to use a data folder, held until released or the process ends, however
/// it ends.
///
/// Safe to use from any thread.
package final class FolderLock: Sendable {
    package static let fileName = "koi.lock"

    /// Closed once; -1 afterwards.
    private let descriptor: Lock<Int32>

    /// Takes the lock without waiting and writes this process's id into the lock file.
    ///
    /// - Throws: `FolderLockError`
    package init(folder: String) throws {
        let path = folder + "/" + Self.fileName
        // Not inherited: a child must not keep the folder locked after its parent has gone.
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw FolderLockError.failed(path: path, errno: errno) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            let holder = Self.holder(file)
            close(file)
            throw reason == EWOULDBLOCK
                ? FolderLockError.locked(folder: folder, pid: holder)
                : FolderLockError.failed(path: path, errno: reason)
        }
        // The id serves the message to others only; the lock holds without it, on a full disk too.
        let text = Array("\(getpid())\n".utf8)
        _ = ftruncate(file, 0)
        _ = pwrite(file, text, text.count, 0)
        descriptor = Lock(file)
    }

    deinit {
        release()
    }

    /// Lets the folder go.
    ///
    /// Doing so again does nothing. The file stays: to remove it would let two others lock two
    /// different files of this name.
    package func release() {
        descriptor.withLock { file in
            guard file >= 0 else { return }
            _ = ftruncate(file, 0)
            close(file)
            file = -1
        }
    }

    private static func holder(_ file: Int32) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = pread(file, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int(String(decoding: bytes.prefix(count).prefix { $0 != 10 }, as: UTF8.self))
    }
}

/// Why a data folder could not be locked.
package enum FolderLockError: Error, Equatable, CustomStringConvertible {
    /// Another process, whose id is known unless it has only just started, uses the folder.
    case locked(folder: String, pid: Int?)
    case failed(path: String, errno: Int32)

    package var description: String {
        switch self {
        case .locked(let folder, let pid):
            "The data folder \(folder) is in use by "
                + (pid.map { "process \($0)." } ?? "another process.")
        case .failed(let path, let code):
            "The lock file \(path) cannot be used: \(String(cString: strerror(code)))."
        }
    }
}

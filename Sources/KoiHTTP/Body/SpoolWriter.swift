import CLinux
import Glibc

/// Writes a body to a file without a name.
///
/// It writes on the event loop: a piece is at most one read long, and goes to the page cache. A queue apart
/// would have to copy each piece and stop and resume the connection around it.
struct SpoolWriter: ~Copyable {
    private let descriptor: Int32
    private(set) var size = 0

    /// - Throws: `Refusal` 507 when the folder takes no file.
    init(folder: String) throws(Refusal) {
        // O_TMPFILE leaves nothing behind even when the process is killed.
        var descriptor = open(folder, linux_anonymous_file, 0o600)
        if descriptor < 0, errno != ENOSPC {
            var template = Array((folder + "/koi-XXXXXX").utf8CString)
            descriptor = mkstemp(&template)
            if descriptor >= 0 {
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                unlink(template)
            }
        }
        guard descriptor >= 0 else { throw .storageFull }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let written = pwrite(descriptor, start, rest.count, size)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw .storageFull }
            size += written
            _ = rest.take(written)
        }
    }

    consuming func finish() throws(Refusal) -> SpooledFile {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw .storageFull }
        return SpooledFile(descriptor: copy, size: size)
    }
}

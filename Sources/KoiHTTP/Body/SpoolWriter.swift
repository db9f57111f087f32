import CLinux
import Glibc

/// Writes a body to a file without a name.
///
/// It writes on the event loop: a piece is at most one read long, and goes to the page cache. A queue apart
/// would have to copy each piece and stop and resume the connection around it.
struct SpoolWriter: ~Copyable {
    private let descriptor: Int32
    private(set) var size = 0
    private let budget: ByteBudget
    private let digest = SpoolDigest()
    /// Bytes taken from the budget that no `SpooledFile` has taken over.
    private var taken = 0

    /// - Throws: `Refusal` 507 when the folder takes no file, 503 when no descriptor is left.
    init(folder: String, budget: ByteBudget) throws(Refusal) {
        // O_TMPFILE leaves nothing behind even when the process is killed.
        var descriptor = open(folder, linux_anonymous_file, 0o600)
        if descriptor < 0, errno != ENOSPC, !SpoolWriter.isOutOfDescriptors {
            var template = Array((folder + "/koi-XXXXXX").utf8CString)
            descriptor = mkstemp(&template)
            if descriptor >= 0 {
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                unlink(template)
            }
        }
        guard descriptor >= 0 else { throw SpoolWriter.isOutOfDescriptors ? .outOfDescriptors : .storageFull }
        self.descriptor = descriptor
        self.budget = budget
    }

    deinit {
        close(descriptor)
        budget.giveBack(taken)
    }

    private static var isOutOfDescriptors: Bool { errno == EMFILE || errno == ENFILE }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(Refusal) {
        guard budget.take(bytes.count) else { throw .spoolFull }
        taken += bytes.count
        digest.add(bytes)
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
        guard copy >= 0 else { throw .outOfDescriptors }
        let charged = taken
        taken = 0
        return SpooledFile(descriptor: copy, size: size, digest: digest.finish(), budget: budget, charged: charged)
    }
}

import Glibc

/// A file that a command writes, or standard output.
final class OutputFile {
    static var standard: OutputFile { OutputFile(STDOUT_FILENO, isOwned: false) }

    private let descriptor: Int32
    private let isOwned: Bool

    private init(_ descriptor: Int32, isOwned: Bool) {
        self.descriptor = descriptor
        self.isOwned = isOwned
    }

    /// Makes a file, which must not be there.
    convenience init(_ path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure("The file \(path) cannot be made: \(String(cString: strerror(errno))).")
        }
        self.init(descriptor, isOwned: true)
    }

    deinit {
        if isOwned { close(descriptor) }
    }

    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure("What came cannot be written: \(String(cString: strerror(errno))).") }
            rest = rest.dropFirst(count)
        }
    }
}

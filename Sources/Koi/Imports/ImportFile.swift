import Glibc
import KoiFormats

/// A file of an import in the data folder: text in UTF-8 without a byte order mark's meaning, read in place.
final class ImportFile: Sendable {
    /// The system cannot read the file, or it is not there any more.
    struct Failure: Error {
        let errno: Int32
    }

    private let descriptor: Int32
    let size: Int

    /// - Throws: `ImportFile.Failure`
    init(path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(errno: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            close(descriptor)
            throw Failure(errno: errno)
        }
        size = Int(status.st_size)
    }

    deinit {
        close(descriptor)
    }

    func window() -> ByteWindow {
        ByteWindow { try self.read($0, $1) }
    }

    /// Up to so many bytes; none behind the end.
    func read(_ offset: Int, _ count: Int) throws -> [UInt8] {
        try ImportFile.read(descriptor, offset, count)
    }

    static func read(_ descriptor: Int32, _ offset: Int, _ count: Int) throws -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
            var got: Int
            repeat { got = pread(descriptor, buffer.baseAddress, count, off_t(offset)) } while got < 0 && errno == EINTR
            failure = got < 0 ? errno : 0
            length = max(got, 0)
        }
        guard failure == 0 else { throw Failure(errno: failure) }
        return bytes
    }
}

/// Writes a file of an import, which is on disk when it is finished.
struct ImportFileWriter: ~Copyable {
    private let descriptor: Int32
    private let path: String
    private var isFinished = false
    private var buffer: [UInt8] = []

    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ImportFile.Failure(errno: errno) }
    }

    deinit {
        close(descriptor)
        if !isFinished { unlink(path) }
    }

    mutating func write(_ bytes: [UInt8]) throws {
        buffer += bytes
        if buffer.count >= 1 << 18 { try flush() }
    }

    private mutating func flush() throws {
        var start = 0
        while start < buffer.count {
            let count = buffer.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress.map { $0 + start }, $0.count - start)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw ImportFile.Failure(errno: errno) }
            start += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    consuming func finish() throws {
        try flush()
        guard fsync(descriptor) == 0 else { throw ImportFile.Failure(errno: errno) }
        isFinished = true
    }
}

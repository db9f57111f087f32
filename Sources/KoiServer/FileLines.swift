import Glibc

/// The lines of a file, one after the other, without having it in memory.
final class FileLines {
    /// Of a line.
    private static let maximum = 16 << 20

    private let file: UnsafeMutablePointer<FILE>
    private var buffer: UnsafeMutablePointer<CChar>?
    private var capacity = 0

    init(_ path: String) throws {
        guard let file = fopen(path, "re") else {
            throw Failure("The file \(path) cannot be read: \(String(cString: strerror(errno))).")
        }
        self.file = file
    }

    deinit {
        free(buffer)
        fclose(file)
    }

    /// The next line with its end; nil at the end of the file.
    func next() throws -> [UInt8]? {
        let count = getline(&buffer, &capacity, file)
        guard count >= 0, let buffer else {
            guard ferror(file) == 0 else { throw Failure("The file could not be read to its end.") }
            return nil
        }
        guard count <= FileLines.maximum else { throw Failure("A line of the file is too long.") }
        return Array(UnsafeRawBufferPointer(start: buffer, count: count))
    }
}

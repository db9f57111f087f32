import Glibc

/// The lines of a file, one after the other, without having it in memory.
final class FileLines {
    /// Of a line.
    private static let maximum = 16 << 20
    private static let piece = 1 << 16

    private let file: UnsafeMutablePointer<FILE>
    private var bytes: [UInt8] = []
    /// The first of `bytes` that was not given yet.
    private var place = 0

    init(_ path: String) throws {
        guard let file = fopen(path, "re") else {
            throw Failure("The file \(path) cannot be read: \(String(cString: strerror(errno))).")
        }
        self.file = file
    }

    deinit {
        fclose(file)
    }

    /// The next line with its end; nil at the end of the file.
    func next() throws -> [UInt8]? {
        var line: [UInt8] = []
        while line.count <= FileLines.maximum {
            if place == bytes.count { try read() }
            guard !bytes.isEmpty else { return line.isEmpty ? nil : line }
            let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n"))
            let next = end.map { $0 + 1 } ?? bytes.count
            line += bytes[place..<next]
            place = next
            if end != nil, line.count <= FileLines.maximum { return line }
        }
        throw Failure("A line of the file is too long.")
    }

    private func read() throws {
        bytes = [UInt8](unsafeUninitializedCapacity: FileLines.piece) { buffer, count in
            count = fread(buffer.baseAddress, 1, buffer.count, file)
        }
        place = 0
        guard ferror(file) == 0 else { throw Failure("The file could not be read to its end.") }
    }
}

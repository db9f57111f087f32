import CLinux
import Glibc

/// A range of an open file as the content of a response, sent by the kernel without passing through memory here.
package final class FileBody: Sendable {
    package let offset: Int
    /// In bytes.
    package let length: Int
    let descriptor: Int32
    /// What closes the descriptor, where this object does not.
    private let owner: (any Sendable & AnyObject)?

    /// The whole of a regular file; nil when it cannot be opened.
    package convenience init?(path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        self.init(descriptor: descriptor, offset: 0, length: status.st_size)
    }

    /// A part of a regular file, whose descriptor is closed with this object.
    ///
    /// - Parameters:
    ///   - descriptor: open for reading.
    ///   - offset: where the content begins, in bytes.
    ///   - length: of the content, in bytes; a file that proves shorter ends the connection.
    package init(descriptor: Int32, offset: Int, length: Int) {
        self.descriptor = descriptor
        self.offset = max(0, offset)
        self.length = max(0, length)
        owner = nil
    }

    /// The whole of an uploaded file.
    package init(_ file: SpooledFile) {
        descriptor = file.descriptor
        offset = 0
        length = file.size
        owner = file
    }

    /// A part of another one.
    ///
    /// - Parameter range: in bytes from where the other one begins; must lie within it.
    init(_ whole: FileBody, _ range: Range<Int>) {
        descriptor = whole.descriptor
        offset = whole.offset + range.lowerBound
        length = range.count
        owner = whole
    }

    deinit {
        if owner == nil { close(descriptor) }
    }
}

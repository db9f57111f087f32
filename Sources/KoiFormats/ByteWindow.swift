/// Bytes of a file that is read from front to back, and sometimes a little back, without having it in memory.
package struct ByteWindow {
    /// Reads up to so many bytes from an offset on; none at the end, fewer wherever it likes.
    package typealias Fetch = (_ offset: Int, _ count: Int) throws -> [UInt8]

    private let fetch: Fetch
    private let step: Int
    private var block: [UInt8] = []
    private var start = 0

    package init(step: Int = 64 << 10, _ fetch: @escaping Fetch) {
        self.fetch = fetch
        self.step = step
    }

    /// What is in memory already.
    package init(_ bytes: [UInt8], step: Int = 64 << 10) {
        self.init(step: step) { offset, count in
            Array(bytes.dropFirst(offset).prefix(count))
        }
    }

    /// - Returns: nil behind the end.
    package mutating func byte(_ offset: Int) throws -> UInt8? {
        let index = offset &- start
        if index >= 0, index < block.count { return block[index] }
        block = try fetch(offset, step)
        start = offset
        return block.first
    }

    /// The bytes of a range, as far as the file has them.
    package mutating func bytes(_ range: Range<Int>) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        var offset = range.lowerBound
        while offset < range.upperBound, try byte(offset) != nil {
            let part = block[(offset - start)...].prefix(range.upperBound - offset)
            bytes += part
            offset += part.count
        }
        return bytes
    }

    /// The line that begins at a place, and moves the place behind its end.
    ///
    /// - Parameter limit: of a line that is longer only so many bytes, and one more, are kept.
    /// - Returns: its bytes without its end, and how many it has in the file without the line feed; nil at the end of the file.
    mutating func line(at place: inout Place, limit: Int) throws -> (bytes: [UInt8], length: Int)? {
        guard try byte(place.offset) != nil else { return nil }
        let start = place.offset
        var bytes: [UInt8] = []
        while let byte = try byte(place.offset), byte != .lineFeed {
            if bytes.count <= limit { bytes.append(byte) }
            place.offset += 1
        }
        let length = place.offset - start
        if try byte(place.offset) != nil { place.offset += 1 }
        place.line += 1
        if bytes.count == length, bytes.last == .carriageReturn { bytes.removeLast() }
        return (bytes, length)
    }

    /// Calls `body` with everything from an offset on, piece by piece, until it returns false.
    package mutating func each(from offset: Int = 0, _ body: ([UInt8]) throws -> Bool) throws {
        var offset = offset
        while true {
            let piece = try fetch(offset, step)
            guard !piece.isEmpty, try body(piece) else { return }
            offset += piece.count
        }
    }
}

extension UInt8 {
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let tab: UInt8 = 0x09
    static let space: UInt8 = 0x20

    var isLineEnd: Bool { self == .lineFeed || self == .carriageReturn }
}

import Glibc

/// Turns text of another encoding into UTF-8, piece by piece, with the converters of the C library.
///
/// Bytes that mean nothing become `fault`, which no UTF-8 has, so that they are found in the text again.
package struct Transcoder: ~Copyable {
    package static let fault: UInt8 = 0xFF

    package private(set) var faults = 0
    private let converter: iconv_t
    /// What one character begins with, where the rest of it is to come.
    private var rest: [UInt8] = []
    /// What is passed over where nothing can be made of it.
    private let unit: Int

    /// - Returns: nil where the C library has no such converter.
    package init?(from encoding: FileEncoding) {
        self.init(named: encoding.converterName, unit: encoding.converterName.hasPrefix("UTF-16") ? 2 : 1)
    }

    init?(named name: String, unit: Int = 1) {
        guard let converter = iconv_open("UTF-8", name), Int(bitPattern: converter) != -1 else { return nil }
        self.converter = converter
        self.unit = unit
    }

    deinit {
        iconv_close(converter)
    }

    package mutating func convert(_ piece: [UInt8], into text: inout [UInt8]) {
        var input = rest + piece
        rest = []
        var start = 0
        while start < input.count {
            // Each byte becomes at most three: four of GB18030 become four, two of UTF-16 three.
            let (used, error) = step(&input, from: start, into: &text)
            start += used
            switch error {
            case 0, E2BIG: continue
            case EINVAL where input.count - start < 8:
                rest = Array(input[start...])
                return
            default:
                text.append(Transcoder.fault)
                faults += 1
                start += min(unit, input.count - start)
            }
        }
    }

    /// To be called at the end: a character that is not complete is a fault.
    package mutating func finish(into text: inout [UInt8]) {
        guard !rest.isEmpty else { return }
        rest = []
        faults += 1
        text.append(Transcoder.fault)
    }

    /// - Returns: how many bytes were converted, and the `errno` of what stopped it; 0 where nothing did.
    private func step(_ input: inout [UInt8], from start: Int, into text: inout [UInt8]) -> (Int, Int32) {
        let total = input.count
        let size = min(total - start, 16 << 10)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: size * 3 + 16) { output in
            input.withUnsafeMutableBytes { bytes in
                var source = bytes.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) }
                var left = size
                var target = output.baseAddress
                var room = output.count
                let result = iconv(converter, &source, &left, &target, &room)
                let failure = result == -1 || result == Int.max ? errno : 0
                let made = output.count - room
                text.append(contentsOf: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[..<made]))
                // A character that the end of this part cuts through is read with the next part.
                let isCut = failure == EINVAL && start + size < total && left < size
                return (size - left, isCut ? 0 : failure)
            }
        }
    }
}

import KoiFormats
import Testing

struct `The encoding of a file` {
    private struct NoConverter: Error {}

    /// 名称,电话 in GB18030.
    private static let chinese: [UInt8] = [0xC3, 0xFB, 0xB3, 0xC6, 0x2C, 0xB5, 0xE7, 0xBB, 0xB0, 0x0A]

    @Test(arguments: [
        (Array("名称,电话\n".utf8), FileEncoding.utf8, 0), ([0xEF, 0xBB, 0xBF, 0x41], .utf8, 3), (chinese, .gb18030, 0),
        ([0xFF, 0xFE, 0x0D, 0x54], .utf16LittleEndian, 2), ([0xFE, 0xFF, 0x54, 0x0D], .utf16BigEndian, 2),
        ([0x41, 0x00, 0x2C, 0x00], .utf16LittleEndian, 0), ([0x00, 0x41, 0x00, 0x2C], .utf16BigEndian, 0),
        ([], .utf8, 0),
    ])
    func `is told by its bytes`(bytes: [UInt8], encoding: FileEncoding, start: Int) throws {
        var window = ByteWindow(bytes)
        #expect(try DetectedEncoding.detect(in: &window) == DetectedEncoding(encoding, start: start))
    }

    @Test func `is UTF-8 still where a few bytes are wrong`() throws {
        var window = ByteWindow(Array(String(repeating: "重庆机械,电话\n", count: 50).utf8) + [0xD6, 0xD8, 0x0A])
        #expect(try DetectedEncoding.detect(in: &window).encoding == .utf8)
    }

    @Test(arguments: [1, 2, 3, 100])
    func `is taken away in whatever pieces it comes`(step: Int) throws {
        guard var transcoder = Transcoder(from: .gb18030) else { throw NoConverter() }
        var text: [UInt8] = []
        for start in stride(from: 0, to: Self.chinese.count, by: step) {
            transcoder.convert(Array(Self.chinese[start..<min(start + step, Self.chinese.count)]), into: &text)
        }
        transcoder.finish(into: &text)
        #expect(String(decoding: text, as: UTF8.self) == "名称,电话\n")
        let faults = transcoder.faults
        #expect(faults == 0)
    }

    @Test func `leaves a mark where bytes mean nothing in it`() throws {
        guard var transcoder = Transcoder(from: .gb18030) else { throw NoConverter() }
        var text: [UInt8] = []
        transcoder.convert([0x41, 0xFF, 0x42, 0x81], into: &text)
        transcoder.finish(into: &text)
        #expect(text == [0x41, 0xFF, 0x42, 0xFF])
    }
}

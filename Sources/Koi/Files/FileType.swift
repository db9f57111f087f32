/// What a file is, told by its first bytes: what its sender says of it may be a lie.
///
/// A short list of types that no browser runs; all others are bytes and nothing else, HTML and SVG among them.
enum FileType: String, Sendable, CaseIterable {
    case png = "image/png"
    case jpeg = "image/jpeg"
    case gif = "image/gif"
    case webp = "image/webp"
    case pdf = "application/pdf"
    case zip = "application/zip"
    case mp4 = "video/mp4"
    case mp3 = "audio/mpeg"
    case text = "text/plain"
    case bytes = "application/octet-stream"

    /// How many bytes tell.
    private static let beginning = 4_096

    init(of content: [UInt8]) {
        let head = Array(content.prefix(FileType.beginning))
        self = FileType.marked(head) ?? (FileType.isText(head, isWhole: content.count == head.count) ? .text : .bytes)
    }

    private static func marked(_ head: [UInt8]) -> FileType? {
        func has(_ mark: [UInt8], at offset: Int = 0) -> Bool { head.dropFirst(offset).starts(with: mark) }
        if has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
        if has([0xFF, 0xD8, 0xFF]) { return .jpeg }
        if has(Array("GIF87a".utf8)) || has(Array("GIF89a".utf8)) { return .gif }
        if has(Array("RIFF".utf8)), has(Array("WEBP".utf8), at: 8) { return .webp }
        if has(Array("%PDF-".utf8)) { return .pdf }
        if has([0x50, 0x4B, 0x03, 0x04]) { return .zip }
        if has(Array("ftyp".utf8), at: 4) { return .mp4 }
        if has(Array("ID3".utf8)) { return .mp3 }
        return nil
    }

    /// UTF-8 without control characters and without anything that looks like a tag, by which readers might take it for a page.
    private static func isText(_ head: [UInt8], isWhole: Bool) -> Bool {
        guard !head.isEmpty else { return false }
        let isPlain = head.allSatisfy {
            $0 >= 0x20 && $0 != 0x7F && $0 != 0x3C || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D
        }
        guard isPlain else { return false }
        // The last character may be cut.
        let cuts = isWhole ? 0...0 : 0...3
        return cuts.contains { String(validating: head.dropLast($0), as: UTF8.self) != nil }
    }
}

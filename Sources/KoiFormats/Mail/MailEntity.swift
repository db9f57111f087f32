/// A mail or a part of one: header fields and what is behind them (RFC 5322 §2.2, RFC 2045).
package struct MailEntity: Sendable {
    package let fields: MailFields
    /// As it stands.
    package let body: ArraySlice<UInt8>
    let parameters: MailParameters
    /// What it says that it is, in small letters and without parameters.
    package let type: String

    /// - Parameter usual: what it is where it does not say so; within a digest a mail (RFC 2046 §5.1.5).
    package init(_ bytes: ArraySlice<UInt8>, usual: String = "text/plain") {
        var rest = bytes
        fields = MailFields(&rest)
        body = rest
        parameters = MailParameters(fields.value("content-type") ?? [])
        type = MailEntity.isType(parameters.value) ? parameters.value : usual
    }

    /// RFC 2045 §5.2: what cannot be read is as good as nothing.
    private static func isType(_ value: String) -> Bool {
        let sides = value.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return sides.count == 2 && value.utf8.count <= 100
            && sides.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x21...0x7E).contains($0) } }
    }

    var encoding: TransferEncoding { TransferEncoding(fields.text("content-transfer-encoding")) }

    /// The body as it is meant.
    package var content: [UInt8] { encoding.decoded(body) }

    /// What stands between several parts; nil where it has none.
    private var boundary: [UInt8]? {
        guard type.hasPrefix("multipart/"), let given = parameters.bytes("boundary") else { return nil }
        let boundary = Array(MailBytes.trimmed(given[...]))
        // RFC 2046 §5.1.1 has 70.
        return (1...200).contains(boundary.count) ? boundary : nil
    }

    /// The parts within, as they stand; nil where it has none.
    package func parts(limit: Int = MailLimits.parts) -> [ArraySlice<UInt8>]? {
        guard let boundary else { return nil }
        let parts = MailEntity.split(body, at: boundary, limit: limit)
        return parts.isEmpty ? nil : parts
    }

    /// From behind each boundary up to the next, without the line end before it (RFC 2046 §5.1.1).
    private static func split(_ body: ArraySlice<UInt8>, at boundary: [UInt8], limit: Int) -> [ArraySlice<UInt8>] {
        let mark = Array("--".utf8) + boundary
        var parts: [ArraySlice<UInt8>] = []
        var rest = body
        var start: Int?
        while parts.count < limit {
            let place = rest.startIndex
            guard let line = MailBytes.line(&rest) else { break }
            guard line.first == mark[0], line.starts(with: mark) else { continue }
            let behind = line.dropFirst(mark.count)
            let isEnd = behind.starts(with: Array("--".utf8))
            guard isEnd || behind.allSatisfy(MailBytes.isSpace) else { continue }
            if let start { parts.append(withoutLineEnd(body[start..<place])) }
            start = isEnd ? nil : rest.startIndex
            if isEnd { break }
        }
        // One that is cut off has lost its end.
        if let start, parts.count < limit { parts.append(body[start...]) }
        return parts
    }

    private static func withoutLineEnd(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard bytes.last == .lineFeed else { return bytes }
        let line = bytes.dropLast()
        return line.last == .carriageReturn ? line.dropLast() : line
    }
}

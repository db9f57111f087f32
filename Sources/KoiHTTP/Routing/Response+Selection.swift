extension Response {
    /// What of this answer, which holds a whole file, the conditions and the range of a request leave to be sent.
    ///
    /// - Parameters:
    ///   - tag: of the file, with its quotes.
    ///   - modified: when it was last changed, in seconds since 1970, where that is known.
    package func selected(by head: RequestHead, tag: String, modified: Int? = nil) -> Response {
        switch Preconditions.evaluate(head, tag: tag, modified: modified) {
        case .failed: return Response(.preconditionFailed)
        // RFC 9110 §15.4.5: with the fields that the whole would have.
        case .notModified: return Response(.notModified, fields: fields)
        case .proceed: break
        }
        guard let length = body.length, Preconditions.allowRange(head, tag: tag) else { return self }
        switch ByteRange.requested(by: head, of: length) {
        case .whole: return self
        case .part(let range): return part(range, of: length)
        case .unsatisfiable:
            return Response(.rangeNotSatisfiable, fields: Fields([("Content-Range", "bytes */\(length)")]))
        }
    }

    private func part(_ range: Range<Int>, of length: Int) -> Response {
        var fields = fields
        fields.append("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(length)")
        return Response(.partialContent, fields: fields, body: body.part(range))
    }
}

extension ResponseBody {
    /// In bytes, where the content is at hand.
    fileprivate var length: Int? {
        switch self {
        case .bytes(let bytes): bytes.count
        case .file(let file): file.length
        case .none, .stream, .events: nil
        }
    }

    fileprivate func part(_ range: Range<Int>) -> ResponseBody {
        switch self {
        case .bytes(let bytes): .bytes(Array(bytes[range]))
        case .file(let file): .file(FileBody(file, range))
        case .none, .stream, .events: self
        }
    }
}

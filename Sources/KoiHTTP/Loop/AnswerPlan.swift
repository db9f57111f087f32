/// How a response is sent to this request: what of its content, and how the end is marked (RFC 9112 §6).
struct AnswerPlan {
    var framing: ResponseEncoder.Framing
    var content: ResponseBody
    var persistence = ResponseEncoder.Persistence.implied

    init(_ response: Response, to method: Method, minorVersion: Int) {
        content = response.body
        switch response.body {
        case .none:
            // An answer to HEAD may state the length that GET would have (RFC 9110 §8.6).
            let stated = method == .head ? AnswerPlan.statedLength(response.fields) : nil
            framing = .length(stated ?? 0)
        case .bytes(let bytes):
            framing = .length(bytes.count)
        case .file(let file):
            framing = .length(file.length)
        case .stream, .events:
            if let length = AnswerPlan.statedLength(response.fields) {
                framing = .length(length)
            } else {
                framing = minorVersion == 0 ? .untilClose : .chunked
            }
        }
        let forbidsContent = response.status.forbidsContent
        if forbidsContent { framing = .none }
        if forbidsContent || method == .head {
            response.abandon()
            content = .none
            if framing == .untilClose { framing = .none }
        }
    }

    private static func statedLength(_ fields: Fields) -> Int? {
        guard fields.mentionsFraming, var text = fields["Content-Length"] else { return nil }
        return text.withUTF8 { HeadRules.length(UnsafeRawBufferPointer($0)) }
    }
}

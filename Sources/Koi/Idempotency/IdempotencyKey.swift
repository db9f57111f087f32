import KoiHTTP

/// The field `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07 §2.1): by it a client names a request, so that
/// it can be sent again without being carried out again.
///
/// The draft has a string in quotes (RFC 9651 §3.3.3); most clients send the bare characters, which are taken for the same.
struct IdempotencyKey: Equatable {
    static let field = "Idempotency-Key"
    static let maximumLength = 255

    let text: String

    /// - Throws: `Problem` 400 where there are several fields, or one that is none.
    init?(_ fields: Fields) throws {
        let values = fields.values(IdempotencyKey.field)
        guard let value = values.first else { return nil }
        guard values.count == 1, let text = IdempotencyKey.read(value) else { throw Problem.badIdempotencyKey }
        self.text = text
    }

    private static func read(_ value: String) -> String? {
        let bytes = Array(value.utf8)
        let text = bytes.first == UInt8(ascii: "\"") ? quoted(bytes) : bare(bytes)
        guard let text, (1...maximumLength).contains(text.count) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    private static func bare(_ bytes: [UInt8]) -> [UInt8]? {
        bytes.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "\"") } ? bytes : nil
    }

    /// RFC 9651 §4.2.5; parameters behind it mean nothing here and are refused.
    private static func quoted(_ bytes: [UInt8]) -> [UInt8]? {
        var text: [UInt8] = []
        var rest = bytes.dropFirst()
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return rest.isEmpty ? text : nil
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst(), escaped == UInt8(ascii: "\"") || escaped == byte else {
                    return nil
                }
                text.append(escaped)
            case 0x20...0x7E: text.append(byte)
            default: return nil
            }
        }
        return nil
    }
}

extension Problem {
    static let badIdempotencyKey = Problem(
        .badRequest,
        "bad_idempotency_key",
        Text(
            "Send one Idempotency-Key of 1 to \(IdempotencyKey.maximumLength) visible ASCII characters, such as a UUID.",
            "Idempotency-Key 只能出现一次，须为 1 到 \(IdempotencyKey.maximumLength) 个可见 ASCII 字符，例如 UUID。"
        )
    )

    static let unreadableBody = Problem(
        .serviceUnavailable,
        "unreadable_body",
        Text("What was sent could not be told from anything else. Send it again.", "无法识别所发送的内容，请重新发送。")
    )

    static let idempotencyKeyReused = Problem(
        .unprocessableContent,
        "idempotency_key_reused",
        Text(
            "This Idempotency-Key belongs to another request: method, address or body differ. Use a new key for a new request.",
            "此 Idempotency-Key 已用于另一个请求（方法、地址或正文不同）。新的请求请使用新的键。"
        )
    )

    static let idempotencyKeyInUse = Problem(
        .conflict,
        "idempotency_key_in_use",
        Text(
            "The request with this Idempotency-Key is still being carried out. Send it again in a moment.",
            "使用此 Idempotency-Key 的请求仍在执行，请稍后再次发送。"
        ),
        fields: [("Retry-After", "1")]
    )

    /// - Parameter location: of what the request made, if it made anything.
    static func answerNotKept(status: Int64, location: String?) -> Problem {
        Problem(
            .conflict,
            "answer_not_kept",
            Text(
                "This request was carried out before, with status \(status), and is not carried out again. Its answer is not shown once more, since it was too large to be kept, your rights have changed, or somebody was erased. Read what you need anew.",
                "此请求先前已执行（状态 \(status)），不会再次执行。由于答复过大、您的权限已变更或有人员信息被删除，不再重复显示答复。请重新读取所需内容。"
            ),
            fields: location.map { [("Location", $0)] } ?? []
        )
    }
}

import KoiHTTP
import KoiJSON

/// Reads a request's body as JSON.
enum RequestBody {
    private static let mediaTypes: Set<String> = ["application/json", "application/merge-patch+json"]

    /// The body's value; null where there is none, or it is of one of `others`, which come as they are.
    ///
    /// - Throws: `Problem` 415 for another media type, `JSONError` for what is not JSON.
    ///
    /// - Parameter limit: the most bytes that the route takes; nil for the server's limit.
    static func json(
        _ request: Request,
        limit: Int? = nil,
        besides others: Set<String> = []
    ) throws -> JSONValue {
        guard case .bytes(let bytes) = request.body, !bytes.isEmpty else { return .null }
        if !others.isEmpty, request.head.fields["Content-Type"].map({ others.contains(essence($0)) }) ?? false {
            return .null
        }
        try requireJSON(request.head)
        var limits = JSONLimits()
        // As many for each byte as the usual ones allow.
        if let limit { limits.members = max(limits.members, limit / 10) }
        return try JSONReader.read(bytes, limits: limits)
    }

    /// - Throws: `Problem` 415 where the fields say that the body is something else than JSON as it stands.
    static func requireJSON(_ head: RequestHead) throws {
        try requirePlain(head)
        if let type = head.fields["Content-Type"], !mediaTypes.contains(essence(type)) {
            throw Problem(
                .unsupportedMediaType,
                "not_json",
                Text(
                    "Send the body as Content-Type: application/json (curl: --json).",
                    "请以 Content-Type: application/json 发送正文（curl 可用 --json）。"
                ),
                fields: [("Accept", "application/json")]
            )
        }
    }

    /// - Throws: `Problem` 415 where the body is packed.
    static func requirePlain(_ head: RequestHead) throws {
        // RFC 9110 §15.5.16: a body that grows when it is unpacked is none that its limit bounds.
        if let coding = head.fields["Content-Encoding"], coding.lowercased() != "identity" {
            throw Problem(
                .unsupportedMediaType,
                "body_encoded",
                Text("Send the body as it is, without Content-Encoding.", "请直接发送正文，不要使用 Content-Encoding。"),
                fields: [("Accept-Encoding", "identity")]
            )
        }
    }

    /// Whether the request says that its body is JSON.
    static func isJSON(_ request: Request) -> Bool {
        request.head.fields["Content-Type"].map { mediaTypes.contains(essence($0)) } ?? false
    }

    /// A media type without its parameters, in small letters.
    static func essence(_ type: String) -> String {
        let essence = type.prefix { $0 != ";" }
        return essence.filter { $0 != " " && $0 != "\t" }.lowercased()
    }
}

import KoiHTTP
import KoiJSON

/// Reads a request's body as JSON.
enum RequestBody {
    private static let mediaTypes: Set<String> = ["application/json", "application/merge-patch+json"]

    /// The body's value; null where there is none.
    ///
    /// - Throws: `Problem` 415 for another media type, `JSONError` for what is not JSON.
    static func json(_ request: Request) throws -> JSONValue {
        guard case .bytes(let bytes) = request.body, !bytes.isEmpty else { return .null }
        if request.head.fields.contains("Content-Type"), !isJSON(request) {
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
        return try JSONReader.read(bytes)
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

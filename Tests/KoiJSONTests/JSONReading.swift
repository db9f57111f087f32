import KoiJSON

extension JSONReader {
    static func read(_ text: String, limits: JSONLimits = .init()) throws(JSONError) -> JSONValue {
        try read(Array(text.utf8), limits: limits)
    }
}

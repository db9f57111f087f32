/// Reads the boundary out of a `Content-Type` (RFC 2046 §5.1.1).
enum MultipartBoundary {
    static func isFormData(_ contentType: String) -> Bool {
        ParameterList(contentType).value.lowercased() == "multipart/form-data"
    }

    /// The bytes of the boundary; nil when there is none or it is not valid.
    static func read(_ contentType: String) -> [UInt8]? {
        guard let boundary = ParameterList(contentType)["boundary"] else { return nil }
        let bytes = Array(boundary.utf8)
        guard (1...70).contains(bytes.count), bytes.last != .space,
            bytes.allSatisfy({ ByteClass.boundary.contains($0) })
        else { return nil }
        return bytes
    }
}

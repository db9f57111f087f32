/// The fields of a small form, as browsers send them.
package enum FormFields {
    /// - Returns: names and values in order, files left out; nothing where the body is no form.
    /// - Throws: `Refusal` or `QueryError` for what cannot be read.
    package static func read(_ body: [UInt8], type: String) throws -> [(name: String, value: String)] {
        guard MultipartBoundary.isFormData(type) else { return try Query.parse(text(body)) }
        guard let boundary = MultipartBoundary.read(type) else {
            throw Refusal.bad("bad_boundary", "The boundary of the multipart body is missing or invalid.")
        }
        var limits = Limits()
        // So that nothing of it goes into a file.
        limits.partInMemory = body.count
        var collector = MultipartCollector(boundary: boundary, folder: "", limits: limits)
        try body.withUnsafeBytes { bytes throws in try collector.append(bytes) }
        return try collector.finish().compactMap { part in
            guard part.filename == nil, case .bytes(let bytes) = part.content else { return nil }
            return (part.name, text(bytes))
        }
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

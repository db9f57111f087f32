/// Reads the line before the data of a chunk: a hexadecimal size and extensions (RFC 9112 §7.1).
enum ChunkSize {
    /// The size in bytes; `extensionBytes` sums up the extensions of the whole body, which are bounded.
    static func read(
        _ line: UnsafeRawBufferPointer,
        extensionBytes: inout Int,
        limits: Limits
    ) throws(Refusal) -> Int {
        var size = 0
        var digits = 0
        for byte in line {
            guard let digit = byte.hexValue else { break }
            digits += 1
            // 15 digits stay below 2^60: nothing that follows can overflow.
            guard digits <= 15 else {
                throw .bad("bad_chunk_size", "The size of a chunk is too large.")
            }
            size = size << 4 | Int(digit)
        }
        guard digits > 0 else {
            throw .bad("bad_chunk_size", "The size of a chunk is not a hexadecimal number.")
        }
        let rest = line.part(digits..<line.count)
        guard !rest.isEmpty else { return size }
        guard ChunkExtensions.areValid(rest) else {
            throw .bad("bad_chunk_extension", "A chunk extension is malformed.")
        }
        extensionBytes += rest.count
        guard extensionBytes <= limits.chunkExtensions else {
            throw .bad("chunk_extensions_too_large", "The chunk extensions are too long.")
        }
        return size
    }
}

import KoiHTTP

enum MultipartFuzzing {
    fileprivate struct FormPart: Equatable {
        let name: String
        let filename: String?
        let contentType: String?
        let bytes: [UInt8]?
    }

    static func read(_ input: [UInt8]) {
        let results = Pieces.all(of: input).map { parts(input, in: $0) }
        for result in results { require(result == results[0], "Other parts in other pieces.") }
    }

    /// The parts of a form with the boundary `b`, or why it is refused.
    private static func parts(_ bytes: [UInt8], in pieces: [Range<Int>]) -> Result<[FormPart], Refusal> {
        var limits = Limits()
        limits.parts = 10
        limits.partHeader = 200
        do throws(Refusal) {
            var collector = MultipartCollector(boundary: Array("b".utf8), folder: "/tmp", limits: limits)
            for piece in pieces {
                try bytes.withUnsafeBufferPointer { (buffer) throws(Refusal) in
                    try collector.append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[piece])))
                }
            }
            return .success(try collector.finish().map(FormPart.init))
        } catch {
            return .failure(error)
        }
    }
}

extension MultipartFuzzing.FormPart {
    fileprivate init(_ part: Part) {
        name = part.name
        filename = part.filename
        contentType = part.contentType
        switch part.content {
        case .bytes(let content): bytes = content
        case .file(let file): bytes = file.read()
        }
    }
}

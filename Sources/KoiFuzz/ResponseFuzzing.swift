import KoiHTTP

enum ResponseFuzzing {
    private struct Result: Equatable {
        var code = 0
        var fields = Fields()
        var body: [UInt8] = []
        var refusal: Refusal?
    }

    /// Small enough for inputs of a few hundred bytes to reach them.
    private static let bounds: ResponseParser.Bounds = {
        var bounds = ResponseParser.Bounds()
        bounds.statusLine = 100
        bounds.fieldBytes = 300
        bounds.fieldCount = 8
        bounds.body = 100
        bounds.interims = 3
        return bounds
    }()

    static func read(_ input: [UInt8]) {
        let results = Pieces.all(of: input).map { result(input, in: $0) }
        for result in results {
            require(result == results[0], "Another result in other pieces.")
            require(result.body.count <= bounds.body, "A body larger than was wanted.")
            require(result.fields.count <= bounds.fieldCount, "More fields than are allowed.")
            require(result.refusal != nil || (200...599).contains(result.code), "No final status: \(result.code)")
        }
    }

    private static func result(_ input: [UInt8], in pieces: [Range<Int>]) -> Result {
        var parser = ResponseParser(bounds)
        do throws(Refusal) {
            for piece in pieces where !parser.isComplete { try parser.take(Array(input[piece])) }
            if !parser.isComplete { try parser.close() }
            return Result(code: parser.code, fields: parser.fields, body: parser.body)
        } catch {
            // How much was read before the refusal depends on the pieces, and nobody gets it.
            return Result(refusal: error)
        }
    }
}

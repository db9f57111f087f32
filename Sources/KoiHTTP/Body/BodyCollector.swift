/// Takes the pieces of a body to where it was admitted.
enum BodyCollector: ~Copyable {
    case nothing
    case buffer([UInt8])
    case file(SpoolWriter)
    case multipart(MultipartCollector)
    /// The body is dropped, and this answer given after it.
    case discard(Response)

    /// Bytes that are kept in memory so far.
    var bytesInMemory: Int {
        switch self {
        case .buffer(let bytes): bytes.count
        case .multipart(let collector): collector.bytesInMemory
        default: 0
        }
    }

    /// A collector for a body that was admitted as `.spool`.
    static func spool(
        contentType: String?,
        folder: String,
        limits: Limits,
        budget: ByteBudget
    ) throws(Refusal)
        -> BodyCollector
    {
        guard let contentType, MultipartBoundary.isFormData(contentType) else {
            return .file(try SpoolWriter(folder: folder, budget: budget))
        }
        guard let boundary = MultipartBoundary.read(contentType) else {
            throw .bad("bad_boundary", "The boundary of the multipart body is missing or invalid.")
        }
        return .multipart(MultipartCollector(boundary: boundary, folder: folder, limits: limits, budget: budget))
    }

    mutating func append(_ piece: UnsafeRawBufferPointer) throws(Refusal) {
        switch consume self {
        case .buffer(var bytes):
            bytes.append(contentsOf: piece)
            self = .buffer(bytes)
        case .file(var writer):
            self = .nothing
            try writer.write(piece)
            self = .file(writer)
        case .multipart(var collector):
            self = .nothing
            try collector.append(piece)
            self = .multipart(collector)
        case .discard(let response):
            self = .discard(response)
        case .nothing:
            self = .nothing
        }
    }

    /// What became of a body.
    enum Outcome {
        case complete(Body)
        case dropped(Response)
    }

    consuming func finish() throws(Refusal) -> Outcome {
        switch consume self {
        case .nothing: .complete(.none)
        case .buffer(let bytes): .complete(.bytes(bytes))
        case .file(let writer): .complete(.file(try writer.finish()))
        case .multipart(let collector): .complete(.parts(try collector.finish()))
        case .discard(let response): .dropped(response)
        }
    }
}

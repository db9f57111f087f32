import KoiJSON
import KoiSQLite

/// A stage as the rules of deals read it.
struct PipelineStage: Sendable {
    enum Kind: String, Sendable {
        case open
        case won
        case lost
    }

    let id: Int64
    let pipeline: Int64
    let name: String
    let position: Int64
    let kind: Kind
    let probability: Int64
    let responsible: Int64?
    let days: Int64?
    let deliverable: String?
    let requiredFields: [String]
    let exitCriteria: [String]

    private static let columns = """
        SELECT s.id, s.pipeline, s.name, s.position, s.kind, s.probability, s.responsible, s.days, s.deliverable,
            s."requiredFields", s."exitCriteria" FROM stages AS s
        """

    private init(_ row: Row) {
        id = row.int(0)
        pipeline = row.int(1)
        name = row.text(2)
        position = row.int(3)
        kind = Kind(rawValue: row.text(4)) ?? .open
        probability = row.int(5)
        responsible = row.intOrNil(6)
        days = row.intOrNil(7)
        deliverable = row.textOrNil(8)
        requiredFields = PipelineStage.texts(row.text(9))
        exitCriteria = PipelineStage.texts(row.text(10))
    }

    private static func texts(_ json: String) -> [String] {
        ((try? JSONReader.read(Array(json.utf8)))?.arrayValue ?? []).compactMap(\.stringValue)
    }

    static func find(_ id: Int64, _ connection: Connection) throws -> PipelineStage? {
        try connection.first(columns + " WHERE s.id = ?", [.integer(id)], PipelineStage.init)
    }

    /// The living stages of a pipeline in their order.
    static func all(of pipeline: Int64, _ connection: Connection) throws -> [PipelineStage] {
        try connection.rows(
            columns + " WHERE s.pipeline = ? AND s.\"removedAt\" IS NULL ORDER BY s.position, s.id",
            [.integer(pipeline)],
            PipelineStage.init
        )
    }

    /// The open stage of a pipeline in which a deal was last; nil where it was in none.
    static func lastOpen(of deal: Int64, in pipeline: Int64, _ connection: Connection) throws -> PipelineStage? {
        try connection.first(
            columns + """
                 JOIN deal_stages AS h ON h.stage = s.id
                WHERE h.deal = ? AND s.pipeline = ? AND s.kind = 'open' ORDER BY h.id DESC LIMIT 1
                """,
            [.integer(deal), .integer(pipeline)],
            PipelineStage.init
        )
    }

    /// Where the deals of a pipeline begin; nil where nothing is open in it.
    static func first(of pipeline: Int64, _ connection: Connection) throws -> PipelineStage? {
        try all(of: pipeline, connection).first { $0.kind == .open }
    }

    /// When a deal that comes to it will have been in it for too long; null where that has no end.
    func due(from time: Int64) -> JSONValue {
        guard kind == .open, let days else { return .null }
        let (due, overflow) = time.addingReportingOverflow(days * PipelineStage.day)
        guard !overflow, Timestamp.range.contains(due) else { return .null }
        return .string(Timestamp.text(due))
    }

    private static let day: Int64 = 86_400_000

    /// Whether it comes before another of the same pipeline: whatever is open comes before what is closed.
    func precedes(_ other: PipelineStage) -> Bool {
        guard (kind == .open) == (other.kind == .open) else { return kind == .open }
        return (position, id) < (other.position, other.id)
    }
}

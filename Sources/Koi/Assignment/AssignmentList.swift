import KoiJSON
import KoiSQLite

/// A page of what was decided of one record, the newest first.
struct AssignmentList {
    private let record: Record
    private let query: LogQuery
    private let before: Int64

    /// - Throws: `Problem` naming the parameter that cannot be used; not found for whoever may not see the owner.
    init(of record: Record, _ call: Call) throws {
        let resource = record.resource
        guard let owner = resource.ownerField,
            call.actor.access.restrictions(of: resource.name).reading(owner) == .clear
        else { throw Problem.notFound(Text("assignments", "分配记录")) }
        self.record = record
        query = try LogQuery(call.query, of: "\(resource.name)/\(record.id)/assignments", for: call.actor)
        before = try query.position() ?? .max
    }

    func page(_ transaction: Transaction) throws -> [UInt8] {
        let found = try transaction.connection.rows(
            """
            SELECT id, at, cause, previous, owner, "by", rule, (
                SELECT o.reason FROM ownerships AS o
                WHERE o.resource = a.resource AND o.record = a.record AND o.at = a.at AND o.owner IS a.owner
                ORDER BY o.id DESC LIMIT 1
            ), explanation FROM assignments AS a
            WHERE resource = ? AND record = ? AND id < ? ORDER BY id DESC LIMIT ?
            """,
            [
                .text(record.resource.name), .integer(record.id), .integer(before),
                .integer(Int64(query.limit + 1)),
            ]
        ) { (id: $0.int(0), json: AssignmentList.item($0)) }
        let shown = found.prefix(query.limit)
        let next = found.count > query.limit ? shown.last.map { JSONValue.string(query.cursor(after: $0.id)) } : nil
        let page: JSONValue = ["items": .array(shown.map(\.json)), "next": next ?? .null]
        return Array(page.text.utf8)
    }

    private static func item(_ row: Row) -> JSONValue {
        func number(_ column: Int) -> JSONValue { row.intOrNil(column).map(JSONValue.integer) ?? .null }
        let explanation = row.textOrNil(8).flatMap { try? JSONReader.read(Array($0.utf8)) }
        return [
            "id": .integer(row.int(0)), "at": .string(Timestamp.text(row.int(1))), "cause": .string(row.text(2)),
            "previous": number(3), "owner": number(4), "by": number(5), "rule": number(6),
            "reason": row.textOrNil(7).map(JSONValue.string) ?? .null, "decision": explanation ?? .null,
        ]
    }
}

import KoiHTTP
import KoiJSON
import KoiSQLite

/// The changes of a stream.
struct ChangeSeries: EventSeries {
    private let query: ChangeQuery

    var after: LogPosition? { query.after }
    var mark: UInt64 { query.selection.mark }

    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(_ call: Call, _ resources: ResourceList) throws {
        for parameter in call.query where parameter.name == "limit" || parameter.name == "wait" {
            throw EventFeed.noPages(parameter.name)
        }
        query = try ChangeQuery(call.query, resources)
    }

    func require(_ actor: Actor) throws {}

    func check(_ position: Int64, _ connection: Connection) throws {
        try ChangePage.check(position, connection)
    }

    func write(
        after position: Int64,
        head: Int64,
        _ transaction: Transaction,
        to bytes: inout [UInt8]
    ) throws -> Int64 {
        let reader = try ChangeReader(transaction, of: query.selection.resources)
        return try reader.each(after: position, through: head, query.selection) { change in
            var json = JSONWriter(capacity: 1024)
            change.write(into: &json)
            let position = LogPosition(change.sequence, of: transaction.catalog.log)
            ServerSentEvent(id: position.text, data: json.bytes).append(to: &bytes)
            return bytes.count < EventFeed.partSize
        }
    }
}

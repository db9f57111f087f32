import KoiHTTP
import KoiJSON
import KoiSQLite

/// A page of the feed: what happened to what the actor may see, and the number to go on after.
struct ChangePage {
    /// The bytes after which no further change is added.
    private static let largest = 1024 * 1024

    /// Up to where it goes, whether or not there is anything in it.
    let position: Int64
    let isEmpty: Bool
    let bytes: [UInt8]

    /// - Throws: `Problem` where there is nothing to go on after.
    init(_ query: ChangeQuery, after start: Int64? = nil, _ transaction: Transaction) throws {
        let head = try EventLog.head(transaction.connection).sequence
        let after = start ?? query.after ?? head
        try ChangePage.check(after, head, transaction.connection)
        var json = JSONWriter(capacity: 16_384)
        json.beginObject()
        json.key("items")
        json.beginArray()
        var count = 0
        let reader = try ChangeReader(transaction, of: query.selection.resources)
        position = try reader.each(after: after, through: head, query.selection) { change in
            change.write(into: &json)
            count += 1
            return count < query.limit && json.bytes.count < ChangePage.largest && change.effect != .reset
        }
        json.endArray()
        json.key("position")
        json.integer(position)
        json.key("more")
        json.bool(position < head)
        json.endObject()
        isEmpty = count == 0
        bytes = json.bytes
    }

    /// - Throws: `Problem` where a position is yet to come, or what follows it is not kept any more.
    static func check(_ after: Int64, _ head: Int64, _ connection: Connection) throws {
        guard after <= head else { throw ahead(of: head) }
        let oldest = try connection.first("SELECT min(sequence) FROM events") { $0.intOrNil(0) } ?? nil
        guard after >= (oldest ?? 1) - 1 else { throw ChangePage.behind }
    }

    private static func ahead(of head: Int64) -> Problem {
        Problem(
            .conflict,
            "position_ahead",
            Text(
                "The newest event has the number \(head): what you have seen is of another database, or of a later time. Load everything anew and go on from there.",
                "最新事件的序号为 \(head)：您看到的事件属于另一个数据库，或属于更晚的时间。请重新加载全部数据后继续。"
            )
        )
    }

    private static let behind = Problem(
        .gone,
        "position_gone",
        Text(
            "What happened after this number is not kept any more. Load everything anew and go on from there.",
            "该序号之后的事件已不再保留。请重新加载全部数据后继续。"
        )
    )
}

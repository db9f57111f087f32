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

    /// What a request asks for.
    ///
    /// - Throws: `Problem` where there is nothing to go on after.
    static func asked(
        _ query: ChangeQuery,
        by request: Request,
        _ app: App,
        _ transaction: Transaction
    ) throws -> ChangePage {
        let head = try transaction.catalog.eventHub.head(in: transaction.connection)
        let after = try query.after?.sequence(in: transaction.catalog.log) ?? head
        return try transaction.acting(as: actor(of: request, app, transaction)) {
            try ChangePage(query, after: after, through: head, $0)
        }
    }

    /// Whoever asks, with the rights after the newest event that is told: those of the request were found before it.
    ///
    /// What changes rights has them forgotten before its event is told, so that those which are remembered are of then or
    /// later. To find them anew takes longer than all the rest.
    private static func actor(of request: Request, _ app: App, _ transaction: Transaction) throws -> Actor {
        do {
            return try Authentication(app, from: .memory).actor(for: request, .key)
        } catch is Authentication.NotRemembered {
            return try transaction.actor.renewed(in: transaction)
        }
    }

    /// - Parameter head: the newest event that is told.
    /// - Throws: `Problem` where there is nothing to go on after.
    init(_ query: ChangeQuery, after: Int64, through head: Int64, _ transaction: Transaction) throws {
        try ChangePage.check(after, transaction.connection)
        let log = transaction.catalog.log
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
        json.string(LogPosition(position, of: log).text)
        json.key("more")
        json.bool(position < head)
        json.endObject()
        isEmpty = count == 0
        bytes = json.bytes
    }

    /// - Throws: `Problem` where a position is yet to come, or what follows it is not kept any more.
    static func check(_ after: Int64, _ connection: Connection) throws {
        let head = try EventLog.head(connection).sequence
        guard after <= head else { throw LogPosition.ahead(of: head) }
        let oldest = try connection.first("SELECT min(sequence) FROM events") { $0.intOrNil(0) } ?? nil
        guard after >= (oldest ?? 1) - 1 else { throw ChangePage.behind }
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

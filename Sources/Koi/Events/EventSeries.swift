import KoiHTTP
import KoiJSON
import KoiSQLite

/// What a stream of events is made of, told from the log after a number.
protocol EventSeries: Sendable {
    /// Nil where nothing is said of where to begin.
    var after: LogPosition? { get }
    /// The same for series that choose alike, and for no others.
    var mark: UInt64 { get }

    /// - Throws: `Problem` where the actor may not listen, or not any more.
    func require(_ actor: Actor) throws

    /// - Throws: `Problem` where there is nothing to go on after.
    func check(_ position: Int64, _ connection: Connection) throws

    /// Appends what comes after a number as server-sent events.
    ///
    /// - Returns: the number up to which it has come.
    func write(
        after position: Int64,
        head: Int64,
        _ transaction: Transaction,
        to bytes: inout [UInt8]
    ) throws -> Int64
}

/// The log, as its list has it.
struct LogSeries: EventSeries {
    /// How many events are looked at in one go.
    private static let window: Int64 = 1000

    private let list: EventList

    var after: LogPosition? { list.after }
    var mark: UInt64 { list.mark }

    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(_ call: Call) throws {
        if call.query.contains(where: { $0.name == "limit" }) { throw EventFeed.noPages("limit") }
        list = try EventList(call.query, for: call.actor)
    }

    func require(_ actor: Actor) throws {
        try actor.require(.read, on: Area.events.rawValue)
    }

    func check(_ position: Int64, _ connection: Connection) throws {
        let head = try EventLog.head(connection).sequence
        guard position <= head else { throw LogPosition.ahead(of: head) }
    }

    func write(
        after position: Int64,
        head: Int64,
        _ transaction: Transaction,
        to bytes: inout [UInt8]
    ) throws -> Int64 {
        let writer = EventWriter(transaction)
        var through = max(position, min(head, position.addingReportingOverflow(LogSeries.window).partialValue))
        try list.each(after: position, through: through, limit: Int(LogSeries.window), transaction) { row in
            writer.write(row, of: transaction.catalog.log, to: &bytes)
            guard bytes.count >= EventFeed.partSize else { return true }
            through = row.int(0)
            return false
        }
        return through
    }
}

extension EventWriter {
    /// Writes an event as one of a stream.
    fileprivate func write(_ row: Row, of log: String, to bytes: inout [UInt8]) {
        var json = JSONWriter(capacity: 1024)
        write(row, into: &json)
        ServerSentEvent(id: LogPosition(row.int(0), of: log).text, data: json.bytes).append(to: &bytes)
    }
}

import KoiJSON
import KoiSQLite

/// Reads the log as changes of what one actor may see, in one transaction.
///
/// Everything is told from the log and the records as they are, and nothing is remembered of any reader. A record is given as
/// it is when it is read, which may be later than the event: whoever goes on to the end of the log has what the lists have.
final class ChangeReader {
    /// How many events are looked at in one go.
    static let window: Int64 = 1000

    private struct Place: Hashable {
        let resource: String
        let id: Int64
    }

    private enum Found {
        case living([UInt8])
        case removed
        case unseen
    }

    private let transaction: Transaction
    private let resources: [String: Resource]
    private let sight: ChangeSight
    private let resets: ChangeResets?
    private let reading: Reading
    private var found: [Place: Found] = [:]

    /// - Parameters:
    ///   - wanted: of which resources; nil for all that the actor may read.
    ///   - withResets: false for whoever keeps no copy, and is told instead what happened to a user, team or role as well.
    init(_ transaction: Transaction, of wanted: Set<String>? = nil, withResets: Bool = true) throws {
        self.transaction = transaction
        let all = transaction.catalog.resources.all.filter { resource in
            resource.isMirrored && wanted?.contains(resource.name) ?? true
                && transaction.actor.access.allows(.read, on: resource.name)
        }
        resources = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        sight = ChangeSight(all, transaction.actor.access, at: transaction.now)
        resets = try withResets ? ChangeResets(all, transaction) : nil
        reading = transaction.reading()
    }

    /// Calls `body` with the changes after an event, in order, until it returns false or a window was looked at.
    ///
    /// - Returns: the number of the event up to which it has come: what the actor may not see counts as well.
    func each(
        after: Int64,
        through head: Int64,
        _ selection: ChangeSelection,
        _ body: (Change) throws -> Bool
    ) throws -> Int64 {
        var through = max(after, min(head, after.addingReportingOverflow(ChangeReader.window).partialValue))
        let sources = Set(resources.keys).union(resets == nil ? [] : ChangeResets.sources).sorted().map(SQLValue.text)
        let sql = """
            SELECT e.sequence, e.at, e.type, e.resource, e.record, p.payload
            FROM events AS e LEFT JOIN event_payloads AS p ON p.sequence = e.sequence
            WHERE e.sequence > ? AND e.sequence <= ? AND e.record > 0 AND +e.resource IN (\(Dialect.marks(sources)))
            ORDER BY e.sequence
            """
        try transaction.connection.each(sql, [.integer(after), .integer(through)] + sources) { row in
            guard let change = try change(row, selection), try !body(change) else { return true }
            through = change.sequence
            return false
        }
        return through
    }

    private func change(_ row: Row, _ selection: ChangeSelection) throws -> Change? {
        let (type, name, record) = (row.text(2), row.text(3), row.int(4))
        let payload = { row.textOrNil(5).flatMap { try? JSONReader.read(Array($0.utf8)) }?.objectValue }
        if try resets?.happen(name, record, type, payload) == true { return reset(row) }
        guard let resource = resources[name], selection.takes(type: type) else { return nil }
        let change = payload()
        let found = try find(record, of: resource)
        guard let effect = effect(found, type, change, resource) else { return nil }
        var json: [UInt8]?
        if case .living(let bytes) = found { json = bytes }
        return Change(
            sequence: row.int(0),
            at: row.int(1),
            type: type,
            effect: effect,
            resource: resource,
            record: record,
            json: json,
            payload: change
        )
    }

    private func effect(_ found: Found, _ type: String, _ change: JSONObject?, _ resource: Resource) -> Change.Effect? {
        switch found {
        case .living: return sight.enters(resource, change) ? .entered : .stored
        case .removed: return .removed
        case .unseen:
            // What it was before is gone with its payloads: so everybody forgets whatever they hold of it.
            if type.hasSuffix(EventChain.erased) { return .left }
            return sight.leaves(resource, change) ? .left : nil
        }
    }

    private func reset(_ row: Row) -> Change {
        Change(
            sequence: row.int(0),
            at: row.int(1),
            type: Change.Effect.reset.rawValue,
            effect: .reset,
            resource: nil,
            record: 0,
            json: nil,
            payload: nil
        )
    }

    /// The record as the actor sees it.
    private func find(_ id: Int64, of resource: Resource) throws -> Found {
        let place = Place(resource: resource.name, id: id)
        if let known = found[place] { return known }
        let result = try look(id, resource)
        found[place] = result
        return result
    }

    private func look(_ id: Int64, _ resource: Resource) throws -> Found {
        let encoder = transaction.actor.access.encoder(of: resource)
        let query = RecordSQL.find(id, encoder, transaction.visibility(of: resource))
        let living = try transaction.connection.first(query.sql, query.values) { row in
            var json = JSONWriter(capacity: 1_024)
            try encoder.write(row, into: &json, for: reading)
            return json.bytes
        }
        if let living { return .living(living) }
        // Whoever sees everything of a resource also sees that a record is no more.
        let isSeen =
            try sight.isComplete(resource) || EventVisibility(transaction).allows(id, of: resource)
        return isSeen ? .removed : .unseen
    }
}

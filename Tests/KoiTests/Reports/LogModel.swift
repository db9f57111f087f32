import KoiJSON
import KoiSQLite

@testable import Koi

/// What the log of events alone says of records, with nothing of Koi's tables beside: what each was at any time, and when it
/// changed.
///
/// By it the figures of reports are told a second time, in another way.
struct LogModel {
    struct Entry {
        let at: Int64
        let type: String
        let record: Int64
        let before: [String: JSONValue]
        let after: [String: JSONValue]
        let reason: JSONValue
    }

    /// A record as it was at a time.
    struct Past {
        let id: Int64
        private(set) var isThere = false
        private(set) var isRemoved = false
        private(set) var createdAt: Int64 = 0
        private(set) var values: [String: JSONValue] = [:]

        var isLiving: Bool { isThere && !isRemoved }

        init(id: Int64) {
            self.id = id
        }

        /// Null for what the log says nothing of: what a record has from the beginning without being given it is not told.
        subscript(_ field: String) -> JSONValue { values[field] ?? .null }

        /// The same with what records of the field begin with.
        func text(_ field: String, _ beginning: String) -> String { self[field].stringValue ?? beginning }

        mutating func apply(_ entry: Entry) {
            switch entry.type.split(separator: ".").last {
            case "created": (isThere, createdAt) = (true, entry.at)
            case "removed", "merged": isRemoved = true
            case "restored", "unmerged": isRemoved = false
            // They tell of what is done beside the record, in members that are no fields of it.
            case "problemNoted", "delivered", "undelivered": return
            default: break
            }
            for (name, value) in entry.after { values[name] = value }
        }
    }

    private let entries: [String: [Int64: [Entry]]]

    init(of koi: TestApp) throws {
        var entries: [String: [Int64: [Entry]]] = [:]
        let rows = try koi.app.perform { transaction in
            try transaction.connection.rows(
                """
                SELECT e.at, e.type, e.resource, e.record, p.payload
                FROM events AS e LEFT JOIN event_payloads AS p ON p.sequence = e.sequence
                WHERE e.resource IN ('leads', 'deals', 'customers', 'activities', 'tasks', 'assignment-rules', 'targets', 'users') ORDER BY e.sequence
                """
            ) { ($0.int(0), $0.text(1), $0.text(2), $0.int(3), $0.text(4)) }
        }
        for (at, type, resource, record, payload) in rows {
            let json = try JSONReader.read(Array(payload.utf8))
            let entry = Entry(
                at: at,
                type: type,
                record: record,
                before: LogModel.values(json["before"]),
                after: LogModel.values(json["after"]),
                reason: json["reason"]
            )
            entries[resource, default: [:]][record, default: []].append(entry)
        }
        self.entries = entries
    }

    private static func values(_ json: JSONValue) -> [String: JSONValue] {
        Dictionary((json.objectValue?.members ?? []).map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// The events about each record of a resource, in order.
    func histories(of resource: String) -> [[Entry]] {
        (entries[resource] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
    }

    /// What these events leave, those at or after a time left out.
    static func past(_ history: [Entry], before time: Int64 = .max) -> Past {
        var past = Past(id: history.first?.record ?? 0)
        for entry in history where entry.at < time { past.apply(entry) }
        return past
    }

    /// The records of a resource as they are in the end.
    func all(_ resource: String) -> [Past] { histories(of: resource).map { LogModel.past($0) } }
}

extension LogModel {
    /// Who asks for a report, and whose records that person sees; nil for everybody's.
    struct Asker {
        let name: String
        let key: String
        let users: Set<Int64>?
        /// The teams whose own records that person sees.
        var teams: Set<Int64> = []

        func sees(_ record: Past) -> Bool {
            guard let users else { return true }
            return record["owner"].integerValue.map(users.contains) ?? false
        }
    }
}

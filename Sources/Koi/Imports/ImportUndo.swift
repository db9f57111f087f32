import KoiHTTP
import KoiJSON
import KoiSQLite

/// Takes an import back, its newest change first: what it made goes to the bin, what it changed gets its values back, and what
/// somebody has changed since stays and is listed.
///
/// The log says what the import did; nothing else is kept for it.
enum ImportUndo {
    static let name = "undoImport"
    private static let batch = 500
    /// Records that stay as they are which the result names.
    private static let maximumLeft = 1_000

    static let kind = JobKind(name) { chunk in
        let transaction = chunk.transaction
        let store = ImportStore(transaction.connection)
        guard let id = chunk.job.parameters["import"]?.integerValue, let order = try store.find(id),
            let request = order.request, let events = order.events
        else { return .done([:]) }
        var tally = Tally(chunk.position)
        var next = chunk.position["before"]?.integerValue ?? events.upperBound + 1
        let walk = Walk(transaction, request: request, undo: "job-" + String(chunk.job.id))
        var steps = 0
        while chunk.hasTime, steps < batch {
            guard let change = try walk.change(before: next, from: events.lowerBound) else {
                let result = tally.result
                try store.endUndo(id, result)
                return .done(result)
            }
            next = change.sequence
            steps += 1
            tally.add(try walk.takeBack(change), change)
        }
        chunk.done = tally.steps
        chunk.position = tally.members
        chunk.position["before"] = .integer(next)
        return .more
    }

    /// One event of the import.
    struct Change {
        let sequence: Int64
        let type: String
        let resource: String
        let record: Int64
        let payload: JSONObject?
    }

    enum Outcome: Equatable {
        case removed
        case restored
        /// Nothing of the record was the import's doing alone.
        case passed
        case left(String)
    }

    private struct Tally {
        private(set) var steps: Int64
        private var removed: Int64
        private var restored: Int64
        private var left: Int64
        private var records: [JSONValue]

        init(_ position: JSONObject) {
            steps = position["steps"]?.integerValue ?? 0
            removed = position["removed"]?.integerValue ?? 0
            restored = position["restored"]?.integerValue ?? 0
            left = position["left"]?.integerValue ?? 0
            records = position["records"]?.arrayValue ?? []
        }

        mutating func add(_ outcome: Outcome, _ change: Change) {
            steps += 1
            switch outcome {
            case .removed: removed += 1
            case .restored: restored += 1
            case .passed: break
            case .left(let code):
                left += 1
                guard records.count < ImportUndo.maximumLeft else { return }
                records.append([
                    "resource": .string(change.resource), "record": .integer(change.record), "code": .string(code),
                ])
            }
        }

        var result: JSONObject {
            [
                "removed": .integer(removed), "restored": .integer(restored), "left": .integer(left),
                "records": .array(records),
            ]
        }

        var members: JSONObject { JSONObject(result.members + [.init(name: "steps", value: .integer(steps))]) }
    }

    /// Goes through the events of an import.
    private struct Walk {
        private let transaction: Transaction
        /// By which the events name the jobs of the import and of its undoing.
        private let request: String
        private let undo: String

        init(_ transaction: Transaction, request: String, undo: String) {
            self.transaction = transaction
            self.request = request
            self.undo = undo
        }

        func change(before sequence: Int64, from first: Int64) throws -> Change? {
            try transaction.connection.first(
                """
                SELECT e.sequence, e.type, e.resource, e.record, p.payload
                FROM events AS e LEFT JOIN event_payloads AS p ON p.sequence = e.sequence
                WHERE e.sequence < ? AND e.sequence >= ? AND e.request = ? ORDER BY e.sequence DESC LIMIT 1
                """,
                [.integer(sequence), .integer(first), .text(request)]
            ) {
                Change(
                    sequence: $0.int(0),
                    type: $0.text(1),
                    resource: $0.text(2),
                    record: $0.int(3),
                    payload: $0.textOrNil(4).flatMap { Import.value($0).objectValue }
                )
            }
        }

        func takeBack(_ change: Change) throws -> Outcome {
            guard let resource = transaction.catalog.resources[change.resource] else { return .passed }
            let isNew = change.type == resource.singular + ".created"
            guard isNew || change.type == resource.singular + ".changed" else { return .passed }
            guard try !isChangedSince(change) else { return .left("changed_since") }
            let part = transaction.part()
            do {
                let outcome = try transaction.connection.savepoint {
                    isNew ? try remove(change, resource, part) : try restore(change, resource, part)
                }
                transaction.absorb(part)
                return outcome
            } catch let problem as Problem where problem.status.code < 500 {
                return .left(problem.code)
            }
        }

        /// Whether anybody but the import and its undoing had a hand in the record after it.
        private func isChangedSince(_ change: Change) throws -> Bool {
            try transaction.connection.first(
                """
                SELECT 1 FROM events WHERE resource = ? AND record = ? AND sequence > ?
                    AND (request IS NULL OR request NOT IN (?, ?)) LIMIT 1
                """,
                [
                    .text(change.resource), .integer(change.record), .integer(change.sequence), .text(request),
                    .text(undo),
                ]
            ) { _ in true } ?? false
        }

        private func remove(_ change: Change, _ resource: Resource, _ transaction: Transaction) throws -> Outcome {
            try RecordService(resource, transaction).remove(change.record)
            return .removed
        }

        private func restore(_ change: Change, _ resource: Resource, _ transaction: Transaction) throws -> Outcome {
            guard let payload = change.payload else { return .left("erased") }
            let before = payload["before"]?.objectValue ?? [:]
            let after = payload["after"]?.objectValue ?? [:]
            let members = before.members.compactMap { member -> JSONObject.Member? in
                guard let field = resource.field(member.name), !field.isReadOnly, !field.isFixed else { return nil }
                return .init(
                    name: member.name,
                    value: Self.patch(field, member.value, over: after[member.name] ?? .null)
                )
            }
            guard !members.isEmpty else { return .passed }
            let restored = try RecordService(resource, transaction).change(change.record, JSONObject(members))
            if let pool = before["pool"] { try Pool.putBack(restored, into: pool, in: transaction) }
            return .restored
        }

        /// What brings a value back: members of an object that were not there are taken away by null (RFC 7396).
        private static func patch(_ field: Field, _ before: JSONValue, over after: JSONValue) -> JSONValue {
            switch field.kind {
            case .custom, .object:
                let old = before.objectValue ?? [:]
                let added = (after.objectValue ?? [:]).members.filter { old[$0.name] == nil }
                return .object(JSONObject(old.members + added.map { .init(name: $0.name, value: .null) }))
            default: return before
            }
        }
    }
}

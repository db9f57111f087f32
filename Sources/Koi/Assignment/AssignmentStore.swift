import KoiJSON
import KoiSQLite

/// Why a record was to change hands, or find somebody.
enum AssignmentCause: String, CaseIterable {
    /// It is there now, and nobody had it.
    case created
    /// Somebody asked for it.
    case asked
    /// Somebody chose the owner.
    case manual
    /// Its owner did not follow it up.
    case unfollowed
}

/// The rows of `assignments` and `assignment_turns`.
///
/// No rules.
struct AssignmentStore {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// What was decided of a record.
    struct Entry {
        let resource: String
        let record: Int64
        let at: Int64
        let cause: AssignmentCause
        let previous: Int64?
        let owner: Int64?
        /// Nil for Koi itself.
        let by: Int64?
        let rule: Int64?
        let explanation: JSONValue
    }

    func add(_ entry: Entry) throws {
        try connection.run(
            """
            INSERT INTO assignments (resource, record, at, cause, previous, owner, "by", rule, explanation)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(entry.resource), .integer(entry.record), .integer(entry.at), .text(entry.cause.rawValue),
                SQLValue(entry.previous), SQLValue(entry.owner), SQLValue(entry.by), SQLValue(entry.rule),
                entry.explanation.isNull ? .null : .text(entry.explanation.text),
            ]
        )
    }

    /// The owner that the last decision gave a record, and when; nil where there is none.
    func last(of record: Int64, _ resource: String) throws -> (owner: Int64?, at: Int64, cause: String)? {
        try connection.first(
            "SELECT owner, at, cause FROM assignments WHERE resource = ? AND record = ? ORDER BY id DESC LIMIT 1",
            [.text(resource), .integer(record)]
        ) { ($0.intOrNil(0), $0.int(1), $0.text(2)) }
    }

    /// Remembers that it was somebody's turn by a rule, after all before.
    func takeTurn(of user: Int64, by rule: Int64) throws {
        try connection.run(
            """
            INSERT INTO assignment_turns (rule, "user", turn)
            VALUES (?1, ?2, (SELECT coalesce(max(turn), 0) + 1 FROM assignment_turns WHERE rule = ?1))
            ON CONFLICT (rule, "user") DO UPDATE SET turn = excluded.turn
            """,
            [.integer(rule), .integer(user)]
        )
    }
}

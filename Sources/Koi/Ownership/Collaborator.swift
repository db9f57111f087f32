import KoiJSON
import KoiSQLite

/// A user with whom a single record is shared.
struct Collaborator: Equatable {
    enum Level: String, CaseIterable {
        case read
        /// To see and to change.
        case write
    }

    let user: Int64
    let level: Level
    /// Milliseconds since 1970; nil for as long as the record is there.
    let expiresAt: Int64?
    let createdAt: Int64

    /// As the route of the collaborators has it.
    var json: JSONValue {
        .object(JSONObject(terms.members + [.init(name: "createdAt", value: .string(Timestamp.text(createdAt)))]))
    }

    /// What was agreed, as events have it.
    var terms: JSONObject {
        [
            "user": .integer(user),
            "access": .string(level.rawValue),
            "expiresAt": expiresAt.map { .string(Timestamp.text($0)) } ?? .null,
        ]
    }
}

/// The rows of `collaborators` of one resource.
///
/// No rules.
struct CollaboratorStore {
    private let resource: Resource
    private let connection: Connection

    init(_ resource: Resource, _ connection: Connection) {
        self.resource = resource
        self.connection = connection
    }

    // MARK: Reading

    /// Those whose share has not ended, in the order in which they were added.
    func list(of record: Int64, at now: Int64) throws -> [Collaborator] {
        try connection.rows(
            """
            SELECT "user", access, "expiresAt", "createdAt" FROM collaborators
            WHERE resource = ? AND record = ? AND ("expiresAt" IS NULL OR "expiresAt" > ?)
            ORDER BY "createdAt", "user"
            """,
            [.text(resource.name), .integer(record), .integer(now)]
        ) { row in
            Collaborator(
                user: row.int(0),
                level: Collaborator.Level(rawValue: row.text(1)) ?? .read,
                expiresAt: row.intOrNil(2),
                createdAt: row.int(3)
            )
        }
    }

    /// All users of a record, also those whose share has ended and was not cleared away yet.
    func users(of record: Int64) throws -> [Int64] {
        guard resource.changeableOwner != nil else { return [] }
        return try connection.rows(
            "SELECT \"user\" FROM collaborators WHERE resource = ? AND record = ?",
            [.text(resource.name), .integer(record)]
        ) { $0.int(0) }
    }

    /// How many records of the resource are shared with a user.
    func count(with user: Int64, at now: Int64) throws -> Int {
        let count = try connection.first(
            """
            SELECT count(*) FROM collaborators
            WHERE "user" = ? AND resource = ? AND ("expiresAt" IS NULL OR "expiresAt" > ?)
            """,
            [.integer(user), .text(resource.name), .integer(now)]
        ) { Int(clamping: $0.int(0)) }
        return count ?? 0
    }

    // MARK: Writing

    func put(_ collaborator: Collaborator, on record: Int64) throws {
        try connection.run(
            """
            INSERT INTO collaborators (resource, record, "user", access, "expiresAt", "createdAt")
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (resource, record, "user") DO UPDATE SET
                access = excluded.access, "expiresAt" = excluded."expiresAt", "createdAt" = excluded."createdAt"
            """,
            [
                .text(resource.name), .integer(record), .integer(collaborator.user), .text(collaborator.level.rawValue),
                SQLValue(collaborator.expiresAt), .integer(collaborator.createdAt),
            ]
        )
    }

    func remove(_ user: Int64, from record: Int64) throws {
        try connection.run(
            "DELETE FROM collaborators WHERE resource = ? AND record = ? AND \"user\" = ?",
            [.text(resource.name), .integer(record), .integer(user)]
        )
    }
}

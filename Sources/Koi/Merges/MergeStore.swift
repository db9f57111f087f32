import KoiJSON
import KoiSQLite

/// The rows of `merges` and `merge_changes`.
///
/// No rules.
struct MergeStore {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    // MARK: Merges

    func find(_ id: Int64) throws -> Merge? {
        try connection.first("SELECT \(Merge.columns) FROM merges AS e WHERE e.id = ?", [.integer(id)]) { Merge($0) }
    }

    /// The merge by which a record is another now.
    func active(ofLoser id: Int64, _ resource: String) throws -> Merge? {
        try connection.first(
            """
            SELECT \(Merge.columns) FROM merges AS e
            WHERE e.resource = ? AND e.loser = ? AND e."undoneAt" IS NULL
            """,
            [.text(resource), .integer(id)]
        ) { Merge($0) }
    }

    /// The merges by which others are this record now, the oldest first.
    func active(ofSurvivor id: Int64, _ resource: String) throws -> [Merge] {
        try connection.rows(
            """
            SELECT \(Merge.columns) FROM merges AS e
            WHERE e.resource = ? AND e.survivor = ? AND e."undoneAt" IS NULL ORDER BY e.id
            """,
            [.text(resource), .integer(id)]
        ) { Merge($0) }
    }

    func snapshot(of merge: Int64) throws -> MergeSnapshot? {
        let text = try connection.first("SELECT snapshot FROM merges WHERE id = ?", [.integer(merge)]) {
            $0.textOrNil(0)
        }
        guard let text = text ?? nil, let stored = try? JSONReader.read(Array(text.utf8)).objectValue else {
            return nil
        }
        return MergeSnapshot(stored: stored)
    }

    func insert(
        _ resource: String,
        survivor: Int64,
        loser: Int64,
        user: Int64?,
        now: Int64
    ) throws -> Int64 {
        try connection.run(
            """
            INSERT INTO merges (resource, survivor, loser, state, at, "user") VALUES (?, ?, ?, 'merging', ?, ?)
            """,
            [.text(resource), .integer(survivor), .integer(loser), .integer(now), SQLValue(user)]
        )
        return connection.lastInsertedID
    }

    func setSnapshot(_ snapshot: MergeSnapshot, of merge: Int64) throws {
        try connection.run(
            "UPDATE merges SET snapshot = ? WHERE id = ?",
            [.text(snapshot.stored.text), .integer(merge)]
        )
    }

    func addMoved(_ count: Int64, to merge: Int64) throws {
        try connection.run("UPDATE merges SET moved = moved + ? WHERE id = ?", [.integer(count), .integer(merge)])
    }

    func setState(_ state: Merge.State, of merge: Int64) throws {
        try connection.run(
            "UPDATE merges SET state = ? WHERE id = ?",
            [.text(state.rawValue), .integer(merge)]
        )
    }

    func setUndone(_ merge: Int64, by user: Int64?, now: Int64) throws {
        try connection.run(
            """
            UPDATE merges SET state = 'unmerging', snapshot = NULL, "undoneAt" = ?, "undoneBy" = ? WHERE id = ?
            """,
            [.integer(now), SQLValue(user), .integer(merge)]
        )
    }

    /// Takes away what undoing them would take.
    func forget(_ merges: [Merge]) throws {
        for merge in merges {
            try connection.run("UPDATE merges SET snapshot = NULL WHERE id = ?", [.integer(merge.id)])
            try connection.run("DELETE FROM merge_changes WHERE merge = ?", [.integer(merge.id)])
        }
    }

    // MARK: Changes

    func add(_ change: MergeChange, to merge: Int64) throws {
        try connection.run(
            "INSERT INTO merge_changes (merge, resource, record, field, change) VALUES (?, ?, ?, ?, ?)",
            [
                .integer(merge), .text(change.resource), .integer(change.record), .text(change.field),
                .text(change.stored.text),
            ]
        )
    }

    /// Those of the survivor's own fields.
    func ownChanges(of merge: Merge) throws -> [MergeChange] {
        try changes(
            "merge = ? AND resource = ? AND record = ?",
            [.integer(merge.id), .text(merge.resource), .integer(merge.survivor)],
            limit: Int(Int32.max)
        )
    }

    /// Those of records that named the loser.
    func otherChanges(of merge: Merge, limit: Int) throws -> [MergeChange] {
        try changes(
            "merge = ? AND NOT (resource = ? AND record = ?)",
            [.integer(merge.id), .text(merge.resource), .integer(merge.survivor)],
            limit: limit
        )
    }

    /// Those of one record in whatever merges.
    func changes(of record: Record) throws -> [(merge: Int64, change: MergeChange)] {
        try connection.rows(
            "SELECT resource, record, field, change, merge FROM merge_changes WHERE resource = ? AND record = ?",
            [.text(record.resource.name), .integer(record.id)]
        ) { (merge: $0.int(4), change: MergeChange($0)) }
    }

    private func changes(_ condition: String, _ values: [SQLValue], limit: Int) throws -> [MergeChange] {
        try connection.rows(
            """
            SELECT resource, record, field, change FROM merge_changes WHERE \(condition)
            ORDER BY resource, record, field LIMIT ?
            """,
            values + [.integer(Int64(limit))]
        ) { MergeChange($0) }
    }

    func replace(_ change: MergeChange, of merge: Int64) throws {
        try remove(change, of: merge)
        try add(change, to: merge)
    }

    func remove(_ change: MergeChange, of merge: Int64) throws {
        try connection.run(
            "DELETE FROM merge_changes WHERE merge = ? AND resource = ? AND record = ? AND field = ?",
            [.integer(merge), .text(change.resource), .integer(change.record), .text(change.field)]
        )
    }

    /// A later merge that changed a field which this one had changed, too, and stands in the way of undoing this one.
    func later(than merge: Merge) throws -> Int64? {
        try connection.first(
            """
            SELECT later.merge FROM merge_changes AS own
            JOIN merge_changes AS later
                ON later.resource = own.resource AND later.record = own.record AND later.field = own.field
            JOIN merges AS m ON m.id = later.merge AND m."undoneAt" IS NULL
            WHERE own.merge = ? AND later.merge > own.merge
            ORDER BY later.merge DESC LIMIT 1
            """,
            [.integer(merge.id)]
        ) { $0.int(0) }
    }
}

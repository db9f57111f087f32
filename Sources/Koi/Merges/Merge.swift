import KoiJSON
import KoiSQLite

/// Two records of one resource that were made one: a row of `merges`.
package struct Merge: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        /// A job moves what still names the loser.
        case merging
        case merged
        /// A job moves back what named it.
        case unmerging
        case undone

        /// Whether the loser's number leads to the survivor.
        var isActive: Bool { self == .merging || self == .merged }
    }

    package let id: Int64
    package let resource: String
    /// The record that both are now.
    package let survivor: Int64
    /// The record that lies in the bin for as long as the merge is not undone.
    package let loser: Int64
    package let state: State
    package let at: Int64
    /// Nil for Koi itself.
    package let user: Int64?
    /// How many fields of other records named the loser and were made to name the survivor.
    package let moved: Int64
    package let undoneAt: Int64?
    package let undoneBy: Int64?
    /// Whether what undoing it takes was erased, since it told about a person.
    package let isErased: Bool

    /// The columns in the order in which `init(row)` reads them, of alias `e`.
    static let columns = """
        e.id, e.resource, e.survivor, e.loser, e.state, e.at, e."user", e.moved, e."undoneAt", e."undoneBy",
        e.snapshot IS NULL
        """

    init(_ row: Row) {
        id = row.int(0)
        resource = row.text(1)
        survivor = row.int(2)
        loser = row.int(3)
        // The schema allows no other word.
        state = State(rawValue: row.text(4)) ?? .undone
        at = row.int(5)
        user = row.intOrNil(6)
        moved = row.int(7)
        undoneAt = row.intOrNil(8)
        undoneBy = row.intOrNil(9)
        isErased = state.isActive && row.bool(10)
    }

    /// The name of the job that goes on with it.
    var jobName: String { MergeJob.name + "/" + String(id) }

    var json: JSONObject {
        [
            "id": .integer(id), "resource": .string(resource), "survivor": .integer(survivor), "loser": .integer(loser),
            "state": .string(state.rawValue), "at": .string(Timestamp.text(at)),
            "user": user.map(JSONValue.integer) ?? .null, "moved": .integer(moved),
            "undoneAt": undoneAt.map { .string(Timestamp.text($0)) } ?? .null,
            "undoneBy": undoneBy.map(JSONValue.integer) ?? .null,
        ]
    }
}

extension Resource {
    /// Whether two of its records can be made one: those that people own, change and can lay into the bin.
    package var isMergeable: Bool {
        changeableOwner != nil && operations.isSuperset(of: [.change, .remove, .restore])
    }
}

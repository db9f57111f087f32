import KoiJSON
import KoiSQLite

/// A file with all that the company has in Koi and another Koi can take in; or the making of one.
struct CompanyExport: Sendable {
    enum State: String, Sendable, CaseIterable {
        case running
        case ready
        case failed
        case cancelled
        /// Deleted, expired, or somebody was erased who may have been in it.
        case gone
    }

    let id: Int64
    let user: Int64?
    let job: Int64
    let state: State
    /// Nil before it is whole, and once it is deleted.
    let file: String?
    let size: Int64?
    let lines: Int64?
    /// Where the feed of changes goes on after it.
    let position: String?
    let digest: String?
    let createdAt: Int64
    let finishedAt: Int64?
    let expiresAt: Int64?

    /// The columns in the order in which `init(row)` reads them, of the export under `x` and its job under `j`.
    static let selection = """
        x.id, x."user", x.job, x.file, x.size, x.lines, x.position, x.digest, x."createdAt",
        coalesce(x."finishedAt", j."finishedAt"), x."expiresAt", j.state
        """

    init(_ row: Row) {
        id = row.int(0)
        user = row.intOrNil(1)
        job = row.int(2)
        file = row.textOrNil(3)
        size = row.intOrNil(4)
        lines = row.intOrNil(5)
        position = row.textOrNil(6)
        digest = row.textOrNil(7)
        createdAt = row.int(8)
        finishedAt = row.intOrNil(9)
        expiresAt = row.intOrNil(10)
        state = CompanyExport.state(file: file, job: row.textOrNil(11).flatMap(Job.State.init))
    }

    private static func state(file: String?, job: Job.State?) -> State {
        if file != nil { return .ready }
        switch job {
        case .waiting, .running: return .running
        case .failed: return .failed
        case .cancelled: return .cancelled
        case .done, nil: return .gone
        }
    }

    /// As clients see it.
    var json: JSONValue {
        func number(_ value: Int64?) -> JSONValue { value.map(JSONValue.integer) ?? .null }
        func time(_ value: Int64?) -> JSONValue { value.map { .string(Timestamp.text($0)) } ?? .null }
        return [
            "id": .integer(id), "user": number(user), "state": .string(state.rawValue), "job": .integer(job),
            "size": number(size), "lines": number(lines), "position": position.map(JSONValue.string) ?? .null,
            "sha256": digest.map(JSONValue.string) ?? .null, "createdAt": time(createdAt),
            "finishedAt": time(finishedAt), "expiresAt": time(expiresAt),
        ]
    }

    var document: [UInt8] { Array(json.text.utf8) }
}

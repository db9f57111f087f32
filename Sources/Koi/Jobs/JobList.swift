import KoiJSON
import KoiSQLite

/// A page of jobs, newest first.
struct JobList {
    private var states: [Job.State] = []
    private var kind: String?
    private var limit = ListQuery.defaultLimit
    private var cursor: String?
    /// Marks the filters, so that a cursor of another list is recognised.
    private var mark = Fingerprint()

    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(_ parameters: [Parameter]) throws {
        mark.add("jobs")
        var seen: Set<String> = []
        for (name, value) in parameters {
            guard seen.insert(name).inserted else {
                throw Problem.badParameter(
                    name,
                    Text("Give this parameter once.", "此参数只能出现一次。")
                )
            }
            switch name {
            case "state": states = try Self.states(value)
            case "kind": kind = try Self.kind(value)
            case "limit": limit = try ListQuery.limit(value)
            case "cursor": cursor = value
            default:
                throw Problem.badParameter(
                    name,
                    Text(
                        "The list of jobs takes state, kind, limit and cursor.",
                        "任务列表只接受 state、kind、limit 和 cursor。"
                    )
                )
            }
        }
        for state in states { mark.add(state.rawValue) }
        mark.add("kind=" + (kind ?? ""))
    }

    /// - Parameter users: on whose behalf the jobs work; nil for anybody and Koi itself.
    func page(_ connection: Connection, _ language: Language, of users: [Int64]?) throws -> [UInt8] {
        var jobs = try rows(connection, users)
        var next = JSONValue.null
        if jobs.count > limit {
            jobs.removeLast()
            if let last = jobs.last {
                next = .string(
                    Cursor.encode(Position(values: [], id: last.id), query: mark.value)
                )
            }
        }
        let page: JSONValue = ["items": .array(jobs.map { $0.json(language) }), "next": next]
        return Array(page.text.utf8)
    }

    /// One more than the page holds, which tells whether there is another.
    private func rows(_ connection: Connection, _ users: [Int64]?) throws -> [Job] {
        var conditions = SQLFragment("1 = 1", [])
        if let users {
            conditions.append(" AND ")
            conditions.append(Dialect.isOne(of: users, "\"user\""))
        }
        if !states.isEmpty {
            let values = states.map { SQLValue.text($0.rawValue) }
            conditions.append(SQLFragment(" AND state IN (\(Dialect.marks(values)))", values))
        }
        if let kind { conditions.append(SQLFragment(" AND kind = ?", [.text(kind)])) }
        if let cursor {
            let position = try Cursor.decode(cursor, query: mark.value, keys: 0)
            conditions.append(SQLFragment(" AND id < ?", [.integer(position.id)]))
        }
        return try connection.rows(
            """
            SELECT \(Job.columns) FROM jobs WHERE \(conditions.sql) ORDER BY id DESC LIMIT ?
            """,
            conditions.values + [.integer(Int64(limit + 1))]
        ) { Job($0) }
    }

    // MARK: Parameters

    private static func states(_ value: String) throws -> [Job.State] {
        try value.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let state = Job.State(rawValue: String(part)) else {
                let known = Job.State.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem.badParameter(
                    "state",
                    Text("Choose from: \(known).", "可选：\(known)。")
                )
            }
            return state
        }
    }

    private static func kind(_ value: String) throws -> String {
        let isName = value.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || byte == UInt8(ascii: ".")
        }
        guard (1...64).contains(value.utf8.count), isName else {
            throw Problem.badParameter(
                "kind",
                Text(
                    "A kind is 1 to 64 letters and dots, such as backup.",
                    "类别由 1 到 64 个字母和点组成，例如 backup。"
                )
            )
        }
        return value
    }
}

import KoiSQLite

/// Those whom a rule names, and which of them can be given a record.
struct AssignmentCandidates {
    /// Members of a team beyond so many are not asked.
    private static let maximumMembers: Int64 = 500

    private let rule: StandingRule
    private let assignable: Assignable
    private let owner: String
    private let connection: Connection
    private var availability: Availability

    init(_ rule: StandingRule, _ assignable: Assignable, owner: String, _ transaction: Transaction, at now: Int64) {
        self.rule = rule
        self.assignable = assignable
        self.owner = owner
        connection = transaction.connection
        availability = Availability(transaction, at: now)
    }

    private struct Named {
        let user: Int64
        let capacity: Int64?
        /// The last turn that was the user's by this rule; 0 for none.
        let turn: Int64
    }

    /// One who may be given the record.
    private struct Open {
        let place: Int
        let room: Int64
        let load: Int64
        let turn: Int64
    }

    /// Looks at all of them.
    ///
    /// - Parameter excluded: who is not to get it.
    /// - Returns: each with what stands against them, but for the one who gets it.
    mutating func judge(excluding excluded: Int64?) throws -> [AssignmentDecision.Candidate] {
        let named = try named()
        var judged: [(user: Int64, substitute: Int64?, verdict: AssignmentDecision.Candidate.Verdict?)] = []
        for candidate in named {
            let (substitute, verdict) = try present(candidate.user, excluding: excluded)
            judged.append((candidate.user, substitute, verdict))
        }
        // To count what people have is most of the work: it is done where the choice depends on it.
        let isCounted = rule.method != "round_robin" || rule.capacity != nil || named.contains { $0.capacity != nil }
        let loads =
            isCounted
            ? try assignable.loads(of: judged.map { $0.substitute ?? $0.user }, owner: owner, connection) : [:]
        let capacities = Dictionary(named.map { ($0.user, $0.capacity) }, uniquingKeysWith: { first, _ in first })
        var open: [Open] = []
        var result: [AssignmentDecision.Candidate] = []
        for (place, (candidate, judged)) in zip(named, judged).enumerated() {
            let taker = judged.substitute ?? judged.user
            let load = loads[taker] ?? 0
            // Whoever steps in keeps to their own limit, where the rule has one for them.
            let capacity = (capacities[taker] ?? nil) ?? candidate.capacity ?? rule.capacity
            let isFull = capacity.map { load >= $0 } ?? false
            let verdict = judged.verdict ?? (isFull ? .full : nil)
            if verdict == nil {
                let room = capacity.map { $0 - load } ?? .max
                open.append(Open(place: place, room: room, load: load, turn: candidate.turn))
            }
            result.append(
                .init(
                    user: judged.user,
                    substitute: judged.substitute,
                    load: isCounted ? load : nil,
                    capacity: capacity,
                    verdict: verdict ?? waiting
                )
            )
        }
        guard let chosen = open.min(by: isBefore)?.place else { return result }
        let winner = result[chosen]
        result[chosen] = .init(
            user: winner.user,
            substitute: winner.substitute,
            load: winner.load,
            capacity: winner.capacity,
            verdict: .chosen
        )
        return result
    }

    // MARK: Who is there

    /// - Returns: who steps in, and what stands against the candidate.
    private mutating func present(
        _ user: Int64,
        excluding excluded: Int64?
    ) throws -> (Int64?, AssignmentDecision.Candidate.Verdict?) {
        guard try availability.isActive(user) else { return (nil, .inactive) }
        guard user != excluded else { return (nil, .excluded) }
        guard rule.presence != "any" else { return (nil, nil) }
        var taker = user
        if let absence = try availability.absence(of: user) {
            guard let substitute = absence.substitute, substitute != excluded, try availability.isActive(substitute),
                try availability.absence(of: substitute) == nil
            else { return (nil, .absent) }
            taker = substitute
        }
        let isOpen = try rule.presence != "working" || availability.isWorking(taker)
        return (taker == user ? nil : taker, isOpen ? nil : .closed)
    }

    // MARK: Whose turn it is

    private var waiting: AssignmentDecision.Candidate.Verdict {
        switch rule.method {
        case "least_load": .load
        case "capacity": .room
        default: .turn
        }
    }

    /// Where the method finds two alike, the one goes first whose turn was the longest ago.
    private func isBefore(_ one: Open, _ other: Open) -> Bool {
        switch rule.method {
        case "least_load" where one.load != other.load: one.load < other.load
        case "capacity" where one.room != other.room: one.room > other.room
        default: (one.turn, one.place) < (other.turn, other.place)
        }
    }

    // MARK: Who is named

    /// Those that the rule names itself, then the others of its team.
    private func named() throws -> [Named] {
        var named = try rows(
            """
            SELECT l."user", l.capacity, coalesce(a.turn, 0) FROM assignment_rule_users AS l
            LEFT JOIN assignment_turns AS a ON a.rule = l.rule AND a."user" = l."user"
            WHERE l.rule = ? ORDER BY l.position
            """,
            [.integer(rule.id)]
        )
        guard let team = rule.team else { return named }
        let known = Set(named.map(\.user))
        named += try rows(
            """
            WITH RECURSIVE below (id) AS (
                SELECT id FROM teams WHERE id = ? AND "removedAt" IS NULL
                UNION SELECT t.id FROM teams AS t JOIN below AS b ON t.parent = b.id WHERE t."removedAt" IS NULL
            )
            SELECT u.id, NULL, coalesce(a.turn, 0) FROM users AS u
            LEFT JOIN assignment_turns AS a ON a.rule = ? AND a."user" = u.id
            WHERE u.team IN (SELECT id FROM below) AND u.active = 1 ORDER BY u.id LIMIT ?
            """,
            [.integer(team), .integer(rule.id), .integer(AssignmentCandidates.maximumMembers)]
        ).filter { !known.contains($0.user) }
        return named
    }

    private func rows(_ sql: String, _ values: [SQLValue]) throws -> [Named] {
        try connection.rows(sql, values) { Named(user: $0.int(0), capacity: $0.intOrNil(1), turn: $0.int(2)) }
    }
}

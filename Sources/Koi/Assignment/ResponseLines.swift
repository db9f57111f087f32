import KoiJSON
import KoiSQLite

/// What there is to tell of how leads were answered, by whatever they are told apart by.
struct ResponseLines {
    struct Line {
        var leads: Int64 = 0
        var inTime: Int64 = 0
        var late: Int64 = 0
        var converted: Int64 = 0
        var won: Int64 = 0
        /// Milliseconds until each answer.
        var times: [Int64] = []

        mutating func add(_ time: Int64?, isInTime: Bool?, _ isConverted: Bool, _ isWon: Bool) {
            leads += 1
            if let time { times.append(time) }
            if let isInTime {
                if isInTime { inTime += 1 } else { late += 1 }
            }
            if isConverted { converted += 1 }
            if isWon { won += 1 }
        }

        func add(to row: inout JSONObject, withDeals: Bool) {
            let answered = Int64(times.count)
            let sorted = times.sorted()
            row["leads"] = .integer(leads)
            row["answered"] = .integer(answered)
            row["responseRate"] = ReportFigures.share(answered, of: leads)
            row["inTime"] = .integer(inTime)
            row["late"] = .integer(late)
            row["inTimeRate"] = ReportFigures.share(inTime, of: inTime + late)
            row["medianSeconds"] = ReportFigures.rank(50, of: sorted)
            row["p90Seconds"] = ReportFigures.rank(90, of: sorted)
            row["converted"] = .integer(converted)
            row["conversionRate"] = ReportFigures.share(converted, of: leads)
            guard withDeals else { return }
            row["won"] = .integer(won)
            row["attainment"] = ReportFigures.share(won, of: leads)
        }
    }

    /// By the value of what is asked: empty for none.
    private(set) var lines: [String: Line] = [:]

    private let trait: String?
    private let now: Int64
    private let rules: LeadRulesTaken
    private let times: ResponseTimes

    init(
        by trait: String?,
        _ period: ReportPeriod,
        _ filters: [FunnelTrait: [SQLValue]],
        in transaction: Transaction
    ) throws {
        self.trait = trait
        now = transaction.now
        times = try ResponseTimes(transaction)
        rules = try LeadRulesTaken(period, isAsked: trait == "rule" || times.differ, transaction)
        let group = trait.flatMap(FunnelTrait.init)?.expression ?? "''"
        let columns = """
            t.id, t."receivedAt", t."firstResponseAt", t."responseDueAt", t."convertedAt", d."firstWonAt", \(group)
            """
        try LeadScan(filters, in: transaction).read(columns, period) { add($0) }
    }

    private mutating func add(_ row: Row) {
        let rule = rules[row.int(0)]
        let (received, answered, due) = (row.int(1), row.intOrNil(2), row.intOrNil(3))
        let time = answered.map { times.time(from: received, to: $0, isTimed: due != nil, by: rule) }
        let value = trait == "rule" ? rule.map(String.init) ?? "" : row.text(6)
        let isConverted = row.intOrNil(4) != nil
        let isWon = row.intOrNil(5) != nil
        lines[value, default: Line()].add(time, isInTime: due.flatMap { isInTime(answered, $0) }, isConverted, isWon)
    }

    /// Nil as long as there is time.
    private func isInTime(_ answered: Int64?, _ due: Int64) -> Bool? {
        guard let answered else { return due < now ? false : nil }
        return answered <= due
    }
}

/// How long answers took: in working time where that is how the time to answer is told.
struct ResponseTimes {
    private let company: WorkingTime
    private let ofRules: [Int64: WorkingTime]

    init(_ transaction: Transaction) throws {
        let times = WorkingTimes(transaction)
        company = try times.company()
        let rules = try transaction.connection.rows(
            "SELECT id, calendar FROM \"assignment-rules\" WHERE calendar IS NOT NULL"
        ) { ($0.int(0), $0.int(1)) }
        ofRules = Dictionary(
            try rules.map { ($0, try times.calendarOrCompany($1)) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Whether it matters by which rule a lead was given away.
    var differ: Bool { !ofRules.isEmpty }

    /// - Parameters:
    ///   - isTimed: whether it was to be answered by some time.
    ///   - rule: that gave it away.
    func time(from start: Int64, to end: Int64, isTimed: Bool, by rule: Int64?) -> Int64 {
        guard isTimed else { return max(end - start, 0) }
        return max((rule.flatMap { ofRules[$0] } ?? company).work(from: start, to: end), 0)
    }
}

/// By which rules leads were given away first.
struct LeadRulesTaken {
    private var rules: [Int64: Int64] = [:]

    /// - Parameter isAsked: where not, there are none.
    init(_ period: ReportPeriod, isAsked: Bool, _ transaction: Transaction) throws {
        guard isAsked else { return }
        let connection = transaction.connection
        let bounds = try connection.first(
            """
            SELECT min(t.id), max(t.id) FROM leads AS t
            WHERE t."removedAt" IS NULL AND t."receivedAt" >= ? AND t."receivedAt" < ?
            """,
            [.integer(period.from), .integer(period.to)]
        ) { ($0.intOrNil(0), $0.intOrNil(1)) }
        guard let first = bounds?.0, let last = bounds?.1 else { return }
        try connection.query(
            """
            SELECT a.record, a.rule FROM assignments AS a
            WHERE a.resource = ? AND a.rule IS NOT NULL AND a.record >= ? AND a.record <= ? ORDER BY a.record, a.id
            """,
            [.text(Lead.resource.name), .integer(first), .integer(last)]
        ) { row in
            let lead = row.int(0)
            if rules[lead] == nil { rules[lead] = row.int(1) }
        }
    }

    subscript(lead: Int64) -> Int64? { rules[lead] }
}

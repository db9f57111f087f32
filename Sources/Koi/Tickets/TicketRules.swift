import KoiJSON
import KoiSQLite

/// What a ticket must keep to beyond its field list: its number, whose it is, and where it stands.
struct TicketRules: RecordRules {
    /// Clocks of other systems may be ahead by so much, in milliseconds.
    private static let clockTolerance: Int64 = 300_000

    /// Who receives it stays with it to the end.
    func begin(_ record: inout Record, in transaction: Transaction) {
        guard transaction.actor.kind == .session, let user = transaction.actor.user else { return }
        record["owner"] = .integer(user)
    }

    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        let missing = try complete(&record, before: before, TicketGate.Terms(), &issues, in: transaction)
        // What is not as it should be is told first.
        guard issues.isEmpty, !missing.isEmpty else { return }
        throw Problem.ticketNotReady(missing)
    }

    /// Completes and checks a ticket, what its move asks for aside.
    ///
    /// - Returns: what is missing for its status.
    func complete(
        _ record: inout Record,
        before: Record?,
        _ terms: TicketGate.Terms,
        _ issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws -> [Problem.Issue] {
        if before == nil { record["number"] = .string(try TicketNumber.free(transaction)) }
        if record["language"].isNull {
            record["language"] = .string(transaction.catalog.settings.current.language.rawValue)
        }
        TicketRules.checkReceipt(&record, before, &issues, transaction.now)
        try Concern.complete(&record, before: before, in: transaction)
        record["tier"] = try TicketRules.tier(of: record["customer"].integerValue, transaction.connection)
        let cause = record["cause"].stringValue.flatMap(LossReason.init)
        record["causeClass"] = cause.map { .string($0.fault.rawValue) } ?? .null
        try TicketRules.checkLinks(record, before, &issues, transaction.connection)
        guard let status = try TicketRules.status(of: &record, before, &issues, transaction.connection) else {
            return []
        }
        TicketOutcome.complete(&record, before: before, status.state, at: transaction.now, &issues)
        return try TicketGate(transaction).missing(record, before: before, for: status, terms)
    }

    private static func checkReceipt(
        _ record: inout Record,
        _ before: Record?,
        _ issues: inout [Problem.Issue],
        _ now: Int64
    ) {
        guard before == nil else { return }
        guard let received = record.time("receivedAt") else {
            record["receivedAt"] = record["createdAt"]
            return
        }
        guard received > now + clockTolerance else { return }
        issues.append(inFuture.issue(field: "receivedAt"))
    }

    private static func tier(of customer: Int64?, _ connection: Connection) throws -> JSONValue {
        guard let customer else { return .null }
        let tier = try connection.first("SELECT tier FROM customers WHERE id = ?", [.integer(customer)]) {
            $0.textOrNil(0)
        }
        return (tier ?? nil).map(JSONValue.string) ?? .null
    }

    /// The status, the first one of a new ticket where none is given.
    ///
    /// - Returns: nil where there is none, of which the issues then tell.
    private static func status(
        of record: inout Record,
        _ before: Record?,
        _ issues: inout [Problem.Issue],
        _ connection: Connection
    ) throws -> TicketStatus.Standing? {
        // A number that is none of a status is told of by the check of references.
        if let id = record["status"].integerValue { return try TicketStatus.find(id, connection) }
        guard before == nil else {
            issues.append(ValueRefusal.required.issue(field: "status"))
            return nil
        }
        guard let first = try TicketStatus.main(.new, connection) ?? TicketStatus.main(.open, connection) else {
            issues.append(noStatus.issue(field: "status"))
            return nil
        }
        record["status"] = .integer(first.id)
        return first
    }

    private static func checkLinks(
        _ record: Record,
        _ before: Record?,
        _ issues: inout [Problem.Issue],
        _ connection: Connection
    ) throws {
        func changed(_ name: String) -> Int64? {
            record[name] == before?[name] ? nil : record[name].integerValue
        }
        if let parent = changed("parent"), before != nil,
            try TreePath(Ticket.resource.name, connection).upwards(from: parent).contains(record.id)
        {
            issues.append(circle.issue(field: "parent"))
        }
        if let category = changed("category"), try isInactive(category, "ticket-categories", connection) {
            issues.append(inactive.issue(field: "category"))
        }
        if let assignee = changed("assignee"), try isInactive(assignee, "users", connection) {
            issues.append(OwnerChange.inactive.issue(field: "assignee"))
        }
    }

    private static func isInactive(_ id: Int64, _ table: String, _ connection: Connection) throws -> Bool {
        let sql = "SELECT active FROM \(Dialect.quoted(table)) WHERE id = ?"
        return try connection.first(sql, [.integer(id)]) { !$0.bool(0) } ?? false
    }

    func happened(_ record: Record, before: Record?, event: Int64, in transaction: Transaction) throws {
        try TicketClocks(transaction).follow(record, before: before, event: event)
        try TicketHandover(transaction).follow(record, before: before)
    }

    func handingOver(_ record: inout Record, before: Record, reason: String?, in transaction: Transaction) throws {
        try TicketHandover(transaction).begin(&record, before: before, reason: reason)
    }

    func removing(_ record: Record, in transaction: Transaction) throws {
        try TicketLinks(transaction).revoke(of: record.id)
    }

    func merging(_ loser: Record, into survivor: Record, in transaction: Transaction) throws {
        try TicketLinks(transaction).revoke(of: loser.id)
    }

    func related(to record: Record) -> [EventSubject] {
        [
            (Customer.resource.name, "customer"), (Contact.resource.name, "contact"), (Deal.resource.name, "deal"),
        ].compactMap { resource, field in
            record[field].integerValue.map { EventSubject(resource: resource, id: $0) }
        }
    }

    private static let inFuture = ValueRefusal("in_future", "Send a time that has come.", "请填写已经过去的时间。")
    private static let circle = ValueRefusal("circle", "That ticket is part of this one.", "该工单属于本工单。")
    private static let inactive = ValueRefusal(
        "inactive",
        "This category is not used any more. Choose another.",
        "该分类已停用，请选择其他分类。"
    )
    private static let noStatus = ValueRefusal(
        "no_status",
        "There is no status in which a ticket could begin: name one, or make one of the category new.",
        "没有可供新工单使用的状态：请指定状态，或先建立“新建”类的状态。"
    )
}

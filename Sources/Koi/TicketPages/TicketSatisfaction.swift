import KoiJSON
import KoiSQLite

/// Whether the customer of a closed ticket was satisfied with how it was handled.
struct TicketSatisfaction {
    static let scores: ClosedRange<Int64> = 1...5
    /// Up to this the customer is not satisfied, and somebody asks why.
    static let bad: Int64 = 2
    static let longestComment = 2_000

    /// What tickets have of it.
    static let fields: [Field] = [
        .integer("satisfaction", "Satisfaction", "满意度", scores).derived().impersonal()
            .noted(
                "With how it was handled, as the customer said on the ticket's page: 5 is the best.",
                "客户在工单页面对处理过程的评价，5 为最满意。"
            ),
        .text("satisfactionComment", "Customer's comment", "客户评语", max: longestComment, .multiline).derived()
            .unsorted(),
        .time("satisfactionAskedAt", "Asked for it", "询问满意度时间").derived(),
        .time("satisfactionAt", "Rated", "评价时间").derived(),
        .time("satisfactionFollowedAt", "Followed up", "满意度跟进时间").derived()
            .noted(
                "When a task was made for the owner, since the answer was bad or none came.",
                "因评价较差或未评价而为负责人建立任务的时间。"
            ),
    ]

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Whether the customer can say it: once, when the ticket is closed.
    static func isOpen(_ ticket: Record) -> Bool { TicketState(of: ticket).isEnded && ticket["satisfaction"].isNull }

    /// Sends the question to the customer, with a link to the page on which it is answered.
    ///
    /// - Parameter start: how the settings say that Koi is reached.
    func ask(_ ticket: Record, _ start: String) throws {
        let path = try TicketLinks(transaction).make(for: ticket.id, isLogged: false).path
        let language = ticket["language"].stringValue.flatMap(Language.init(rawValue:)) ?? .zh
        let question = Text(
            "Your ticket is closed. How satisfied are you with the way it was handled? Please tell us here: \(start + path)",
            "您的工单已关闭。您对处理过程满意吗？请在此告诉我们：\(start + path)"
        )
        let draft = TicketMessages.Draft(kind: .reply, text: question(language))
        let before = try TicketMessages(transaction).add(draft, to: ticket, moving: false).ticket
        var record = before
        record["satisfactionAskedAt"] = .string(Timestamp.text(transaction.now))
        _ = try RecordService(Ticket.resource, transaction).save(record, before: before)
    }

    /// Notes what the customer says, and has somebody ask why where it is bad.
    func note(_ score: Int64, _ comment: String?, of ticket: Record) throws {
        var record = ticket
        record["satisfaction"] = .integer(score)
        record["satisfactionComment"] = comment.map(JSONValue.string) ?? .null
        record["satisfactionAt"] = .string(Timestamp.text(transaction.now))
        if score <= TicketSatisfaction.bad, try addTask(for: ticket, score) {
            record["satisfactionFollowedAt"] = record["satisfactionAt"]
        }
        _ = try RecordService(Ticket.resource, transaction).save(record, before: ticket)
    }

    /// Has somebody ask a customer who did not say anything.
    func follow(_ ticket: Record) throws {
        _ = try addTask(for: ticket, nil)
        var record = ticket
        // Looked at once, also where nobody could be given the task.
        record["satisfactionFollowedAt"] = .string(Timestamp.text(transaction.now))
        _ = try RecordService(Ticket.resource, transaction).save(record, before: ticket)
    }

    /// - Returns: false where there is nobody to do it, or the company does not want it.
    private func addTask(for ticket: Record, _ score: Int64?) throws -> Bool {
        let settings = transaction.catalog.settings.current
        guard settings.ticketFollowUps, let owner = ticket["owner"].integerValue, transaction.isActive(owner) else {
            return false
        }
        let number = ticket["number"].stringValue ?? ""
        let name =
            score.map {
                Text("Ask why ticket \(number) was rated \($0) of 5", "了解工单 \(number) 评价为 \($0) 分（满分 5 分）的原因")
            } ?? Text("Ask how satisfied the customer of ticket \(number) is", "回访工单 \(number) 的客户是否满意")
        var task = Record(WorkTask.resource)
        task["name"] = .string(name(settings.language))
        task["customer"] = ticket["customer"]
        task["contact"] = ticket["contact"]
        task["owner"] = .integer(owner)
        task["due"] = .string(Timestamp.text(transaction.now + TicketSatisfaction.patience))
        task["cause"] = .string(WorkTask.Cause.satisfaction.rawValue)
        let part = transaction.part(as: .system)
        _ = try RecordService(WorkTask.resource, part).add(made: task)
        transaction.absorb(part)
        return true
    }

    /// A day, in milliseconds.
    private static let patience: Int64 = 86_400_000
}

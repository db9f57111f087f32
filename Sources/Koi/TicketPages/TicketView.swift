import KoiFormats
import KoiJSON
import KoiSQLite

/// All that the customer of a ticket sees of it; what is not here is on no page.
///
/// Of messages those to and from the customer: notes are left out where they are read, so that none can slip through.
struct TicketView {
    struct Message: Equatable {
        /// Whether the company wrote it.
        let isOurs: Bool
        let text: String
        /// What was quoted below.
        let quoted: String
        let at: Int64
    }

    /// Of long tickets the newest.
    private static let maximumMessages = 200

    let number: String
    let subject: String
    let state: TicketState
    /// That of the status for customers; nil where the company gave it none.
    let label: String?
    let responsible: String?
    let language: Language
    let messages: [Message]
    /// Whether the customer can say how satisfied they are.
    let asksForScore: Bool

    init(_ ticket: Record, _ transaction: Transaction) throws {
        let connection = transaction.connection
        number = ticket["number"].stringValue ?? ""
        subject = ticket["subject"].stringValue ?? ""
        state = TicketState(of: ticket)
        asksForScore = TicketSatisfaction.isOpen(ticket)
        language =
            ticket["language"].stringValue.flatMap(Language.init(rawValue:))
            ?? transaction.catalog.settings.current.language
        label =
            try ticket["status"].integerValue.flatMap { status in
                try connection.first(
                    "SELECT \"customerLabel\" FROM \"ticket-statuses\" WHERE id = ?",
                    [.integer(status)]
                ) { $0.textOrNil(0) }
            } ?? nil
        responsible = try ticket["owner"].integerValue.flatMap { owner in
            try connection.first("SELECT name FROM users WHERE id = ?", [.integer(owner)]) { $0.text(0) }
        }
        messages = try connection.rows(
            """
            SELECT kind, text, at FROM ticket_messages WHERE ticket = ? AND kind IN ('reply', 'incoming')
            ORDER BY id DESC LIMIT ?
            """,
            [.integer(ticket.id), .integer(Int64(TicketView.maximumMessages))]
        ) { row in
            let isOurs = row.text(0) == TicketMessage.Kind.reply.rawValue
            let reply = isOurs ? nil : ReplyText(row.text(1))
            return Message(
                isOurs: isOurs,
                text: reply?.written ?? row.text(1),
                quoted: reply?.quoted ?? "",
                at: row.int(2)
            )
        }.reversed()
    }

    /// The label in the ticket's language, where it is in both: `In progress 处理中`.
    var standing: String {
        guard let label else { return TicketView.usual(state)(language) }
        guard let han = label.unicodeScalars.firstIndex(where: { (0x4E00...0x9FFF).contains($0.value) }) else {
            return label
        }
        let english = String(label[..<han]).trimmingSpaces
        guard !english.isEmpty, label[..<han].last == " " else { return label }
        return language == .zh ? String(label[han...]) : english
    }

    private static func usual(_ state: TicketState) -> Text {
        switch state {
        case .new: Text("Received", "已收到")
        case .open, .waitingThirdParty, .rejected: Text("In progress", "处理中")
        case .waitingCustomer: Text("Waiting for your answer", "等待您回复")
        case .deferred: Text("Postponed", "已延期")
        case .resolved: Text("Resolved", "已解决")
        case .closed: Text("Closed", "已关闭")
        }
    }
}

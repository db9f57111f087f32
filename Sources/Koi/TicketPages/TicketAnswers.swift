import KoiJSON
import KoiSQLite

/// What a customer sends from the page of a ticket.
struct TicketAnswers {
    /// The same again within so many milliseconds is a second click.
    private static let repeatTime: Int64 = 600_000
    /// Messages of one ticket within an hour; people write less.
    static let perHour = 20
    private static let hour: Int64 = 3_600_000

    private let transaction: Transaction

    /// - Parameter transaction: in the name of the customer.
    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// - Throws: `Problem.invalid` for what is not as it should be; 429 where it comes too often.
    func take(_ values: IntakeValues, for ticket: Record) throws {
        switch values.text("result") {
        case "rated": try rate(ticket, values)
        default: try write(values, to: ticket)
        }
    }

    /// A second click finds that it was said.
    private func rate(_ ticket: Record, _ values: IntakeValues) throws {
        guard TicketSatisfaction.isOpen(ticket) else { return }
        guard let score = Digits.integer(values.text("score")), TicketSatisfaction.scores.contains(score) else {
            throw Problem.invalid([TicketAnswers.noScore.issue(field: "score")])
        }
        let comment = try text("comment", of: values, longest: TicketSatisfaction.longestComment)
        try TicketSatisfaction(transaction).note(score, comment.isEmpty ? nil : comment, of: ticket)
    }

    private func write(_ values: IntakeValues, to ticket: Record) throws {
        let text = try text(TicketPage.field, of: values, longest: TicketPage.longestMessage)
        guard !text.isEmpty else { throw Problem.invalid([ValueRefusal.required.issue(field: TicketPage.field)]) }
        let ticket = try LatestTicket(transaction).of(ticket)
        guard try !isRepeated(text, ticket) else { return }
        try count(ticket)
        let draft = TicketMessages.Draft(kind: .incoming, text: text, channel: "page")
        _ = try TicketMessages(transaction).add(draft, to: ticket)
    }

    private func text(_ field: String, of values: IntakeValues, longest: Int) throws -> String {
        let text = values.text(field).replacing("\r\n", with: "\n").trimmingSpaces
        do {
            _ = try TextRule(maximum: longest, format: .multiline).checked(.string(text))
        } catch {
            throw Problem.invalid([error.issue(field: field)])
        }
        return text
    }

    private static let noScore = ValueRefusal("no_score", "Choose one of the five.", "请选择一项评价。")

    private func isRepeated(_ text: String, _ ticket: Record) throws -> Bool {
        let last = try transaction.connection.first(
            """
            SELECT text FROM ticket_messages WHERE ticket = ? AND channel = 'page' AND "storedAt" >= ? ORDER BY id DESC LIMIT 1
            """,
            [.integer(ticket.id), .integer(transaction.now - TicketAnswers.repeatTime)]
        ) { $0.text(0) }
        return last == text
    }

    private func count(_ ticket: Record) throws {
        let count = try transaction.connection.first(
            "SELECT count(*) FROM ticket_messages WHERE ticket = ? AND channel = 'page' AND \"storedAt\" > ?",
            [.integer(ticket.id), .integer(transaction.now - TicketAnswers.hour)]
        ) { $0.int(0) }
        guard (count ?? 0) >= TicketAnswers.perHour else { return }
        throw Problem.tooMany(retryAfter: TicketAnswers.hour / 1_000)
    }
}

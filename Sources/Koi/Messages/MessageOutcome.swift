import KoiJSON
import KoiSQLite

/// Notes for a recipient what came of its row of the outbox.
struct MessageOutcome {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Does nothing for what is no message to people outside.
    func note(
        _ row: OutboxMessage,
        _ state: RecipientState,
        _ failure: DeliveryFailure?,
        receipt: String? = nil
    ) throws {
        if row.template == TicketMailWriter.template { return try TicketMail(transaction).note(row, state) }
        guard row.template == MessageWriter.template, let id = row.parameters["recipient"]?.integerValue,
            let recipient = try RecipientStore(transaction.connection).find(id)
        else { return }
        try settle(recipient, state, failure, receipt: receipt)
    }

    /// Stores what came of it; what was sent, or could not be, is an event, in the timeline of the recipient, too.
    func settle(
        _ recipient: MessageRecipient,
        _ state: RecipientState,
        _ failure: DeliveryFailure?,
        receipt: String? = nil
    ) throws {
        let store = RecipientStore(transaction.connection)
        try store.settle(recipient, state, failure, receipt: receipt, now: transaction.now)
        if failure?.isOfAddress == true, let digest = try store.find(recipient.id)?.digest {
            try Suppressions(transaction).add(.undeliverable, digest, on: channel(of: recipient))
        }
        guard state == .sent || state == .failed, state != recipient.state else { return }
        let related: [EventSubject] = if case .record(let subject) = recipient.target { [subject] } else { [] }
        try transaction.events.append(
            Event(
                type: "message." + state.rawValue,
                subject: EventSubject(resource: Message.resource.name, id: recipient.message),
                payload: [
                    "after": [
                        "recipient": .integer(recipient.id), "code": failure.map { .string($0.code) } ?? .null,
                    ]
                ],
                related: related
            ),
            in: transaction
        )
    }

    private func channel(of recipient: MessageRecipient) throws -> MessageChannel {
        try transaction.connection.first(
            "SELECT channel FROM messages WHERE id = ?",
            [.integer(recipient.message)]
        ) { MessageChannel(rawValue: $0.text(0)) ?? .mail } ?? .mail
    }
}

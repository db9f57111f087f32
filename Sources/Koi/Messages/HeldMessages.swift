import KoiJSON
import KoiSQLite

/// What was sent to a person.
struct HeldMessages: PersonalHolding {
    let name = "messages"

    /// That something was sent stays, and what came of it.
    ///
    /// A message that went to this person alone loses its words; one that
    /// went to many was written for none of them.
    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        let recipients = try recipients(of: record, transaction)
        for recipient in recipients {
            if case .address = recipient.target {
                try transaction.connection.run(
                    "UPDATE message_recipients SET address = '#' WHERE id = ?",
                    [.integer(recipient.id)]
                )
            }
            try transaction.connection.run(
                "UPDATE message_recipients SET error = NULL WHERE id = ?",
                [.integer(recipient.id)]
            )
            try withdraw(recipient, transaction)
            if try isAlone(recipient, transaction) { try empty(recipient.message, transaction) }
        }
        return Int64(recipients.count)
    }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        let messages = RecordStore(Message.resource, transaction.connection)
        return try recipients(of: record, transaction).map { recipient in
            let message = try messages.find(recipient.message, .all)
            return [
                "message": .integer(recipient.message),
                "at": message?["createdAt"] ?? .null,
                "channel": message?["channel"] ?? .null,
                "purpose": message?["purpose"] ?? .null,
                "subject": message?["subject"] ?? .null,
                "text": message?["text"] ?? .null,
                "template": message?["template"] ?? .null,
                "parameters": message?["parameters"] ?? .null,
                "state": .string(recipient.state.rawValue),
            ]
        }
    }

    /// Those of the record, and those at its addresses.
    private func recipients(of record: Record, _ transaction: Transaction) throws -> [MessageRecipient] {
        let store = RecipientStore(transaction.connection)
        var ids = try transaction.connection.rows(
            "SELECT id FROM message_recipients WHERE resource = ? AND record = ?",
            [.text(record.resource.name), .integer(record.id)]
        ) { $0.int(0) }
        for address in Set(MessageChannel.allCases.compactMap { $0.address(of: record) }) {
            ids += try transaction.connection.rows(
                "SELECT id FROM message_recipients WHERE address = ?",
                [.text(address)]
            ) { $0.int(0) }
        }
        return try ids.sorted().compactMap { try store.find($0) }
    }

    /// What still waits is not sent.
    private func withdraw(_ recipient: MessageRecipient, _ transaction: Transaction) throws {
        try transaction.connection.run("DELETE FROM outbox WHERE token = ?", [.text(recipient.token)])
        guard recipient.state == .queued else { return }
        try RecipientStore(transaction.connection)
            .settle(recipient, .refused, .recipientGone, receipt: nil, now: transaction.now)
    }

    private func isAlone(_ recipient: MessageRecipient, _ transaction: Transaction) throws -> Bool {
        let others = try transaction.connection.first(
            "SELECT 1 FROM message_recipients WHERE message = ? AND id <> ? LIMIT 1",
            [.integer(recipient.message), .integer(recipient.id)]
        ) { _ in true }
        return others == nil
    }

    private func empty(_ message: Int64, _ transaction: Transaction) throws {
        try transaction.connection.run(
            "UPDATE messages SET subject = NULL, text = NULL, html = NULL, parameters = '{}', \"references\" = '[]' WHERE id = ?",
            [.integer(message)]
        )
        try transaction.connection.run("DELETE FROM message_attachments WHERE message = ?", [.integer(message)])
        try transaction.connection.run(
            """
            DELETE FROM event_payloads WHERE sequence IN (
                SELECT sequence FROM events WHERE resource = ? AND record = ?)
            """,
            [.text(Message.resource.name), .integer(message)]
        )
    }
}

/// What a person has said of messages.
struct HeldConsents: PersonalHolding {
    let name = "consents"

    /// Nothing is sent to somebody who is erased; that an address is not to be written to stays by its digest, for whoever
    /// has it next.
    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        let subject = EventSubject(resource: record.resource.name, id: record.id)
        return Int64(try ConsentStore(transaction.connection).remove(of: subject))
    }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        let subject = EventSubject(resource: record.resource.name, id: record.id)
        return try ConsentStore(transaction.connection).list(of: subject).map { .object($0.document) }
    }
}

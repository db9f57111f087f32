extension HeldRecords {
    /// What tickets say of the customers and contacts whose they are; how they went stays.
    static let tickets = HeldRecords(
        Ticket.resource,
        about: ["customer", "contact"],
        keeping: ["subject", "orderReference"],
        // That something was said, and when, is still told.
        rest: [
            HeldText(
                name: "messages",
                table: "ticket_messages",
                holder: "ticket",
                column: "text",
                at: "at",
                neutral: "#"
            ),
            HeldText(name: "senders", table: "ticket_messages", holder: "ticket", column: "\"fromName\"", at: "at"),
            HeldText(
                name: "addresses",
                table: "ticket_messages",
                holder: "ticket",
                column: "\"fromAddress\"",
                at: "at"
            ),
            HeldText(
                name: "assists",
                table: "\"ticket-assists\"",
                holder: "ticket",
                column: "what",
                at: "\"createdAt\"",
                neutral: "#"
            ),
            HeldText(
                name: "answers",
                table: "\"ticket-assists\"",
                holder: "ticket",
                column: "answer",
                at: "\"createdAt\""
            ),
            HeldText(name: "mailIds", table: "ticket_mail", holder: "ticket", column: "\"messageId\"", at: "at"),
        ]
    )
}

import KoiJSON

/// What became of a mail.
struct InboundOutcome: Sendable, Equatable {
    enum Action: String, Sendable, CaseIterable {
        /// A ticket was made of it.
        case created
        /// It is a message of a ticket that there was.
        case added
        /// Nothing was stored.
        case ignored
    }

    /// Why nothing was stored.
    enum Reason: String, Sendable, CaseIterable {
        /// It came before.
        case repeated
        /// A machine wrote it: an absence notice, a list, an advertisement.
        case automatic
        /// It is one of Koi's own, come back.
        case own
        /// It says what became of another mail, and was taken in as that where it is about one of Koi's.
        case report
        /// Nobody is named who sent it.
        case noSender = "no_sender"
        /// More come from the address than people write.
        case tooMany = "too_many"
    }

    let action: Action
    var reason: Reason?
    var ticket: Int64?
    var number: String?
    var message: Int64?

    static func ignored(_ reason: Reason) -> InboundOutcome { InboundOutcome(action: .ignored, reason: reason) }

    /// - Parameter mail: of which it tells what was left out.
    func json(of mail: IncomingMailSummary) -> JSONValue {
        [
            "action": .string(action.rawValue), "reason": reason.map { .string($0.rawValue) } ?? .null,
            "ticket": ticket.map(JSONValue.integer) ?? .null, "number": number.map(JSONValue.string) ?? .null,
            "message": message.map(JSONValue.integer) ?? .null, "omitted": .array(mail.omitted.map(JSONValue.string)),
        ]
    }
}

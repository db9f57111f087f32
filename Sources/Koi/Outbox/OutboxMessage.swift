import KoiJSON
import KoiSQLite

/// Something that leaves Koi: a row of `outbox`.
struct OutboxMessage: Sendable, Equatable {
    enum State: String, Sendable, CaseIterable {
        /// To be delivered when it is due, or to be tried again then.
        case waiting
        /// Being delivered, or about to be when the process died.
        case sending
        case sent
        case failed
    }

    enum Channel: Sendable, Hashable {
        case mail
        /// The number of a gateway.
        case gateway(Int64)
    }

    /// To whom it goes.
    enum Recipient: Sendable, Equatable {
        /// At the address that the user has by then.
        case user(Int64)
        case address(String)
        /// To whom the parameters say.
        case named
    }

    let id: Int64
    let channel: Channel
    let recipient: Recipient
    /// From what it is written, when it is sent.
    let template: String
    let parameters: JSONObject
    /// The same for each attempt.
    let token: String
    let state: State
    let attempts: Int64
    let maximumAttempts: Int64
    let failure: DeliveryFailure?
    let createdAt: Int64
    let finishedAt: Int64?
}

extension OutboxMessage {
    /// The columns in the order in which `init(row)` reads them.
    static let columns = """
        id, channel, "user", recipient, template, parameters, token, state, attempts, "maximumAttempts", error, "createdAt",
        "finishedAt"
        """

    init(_ row: Row) {
        id = row.int(0)
        // The schema allows no other words.
        channel = Channel(stored: row.text(1)) ?? .mail
        recipient = row.intOrNil(2).map(Recipient.user) ?? row.textOrNil(3).map(Recipient.address) ?? .named
        template = row.text(4)
        parameters = (try? JSONReader.read(Array(row.text(5).utf8)))?.objectValue ?? [:]
        token = row.text(6)
        state = State(rawValue: row.text(7)) ?? .failed
        attempts = row.int(8)
        maximumAttempts = row.int(9)
        failure = row.textOrNil(10).flatMap(DeliveryFailure.init(stored:))
        createdAt = row.int(11)
        finishedAt = row.intOrNil(12)
    }
}

extension OutboxMessage.Channel {
    private static let gateways = "gateways/"

    /// As the column `channel` has it.
    var stored: String {
        switch self {
        case .mail: "mail"
        case .gateway(let id): Self.gateways + String(id)
        }
    }

    init?(stored text: String) {
        if text == "mail" {
            self = .mail
        } else if text.hasPrefix(Self.gateways), let id = Digits.integer(String(text.dropFirst(Self.gateways.count))) {
            self = .gateway(id)
        } else {
            return nil
        }
    }
}

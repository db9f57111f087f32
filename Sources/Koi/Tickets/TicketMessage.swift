import KoiJSON
import KoiSQLite

/// What was said about a ticket: a row of `ticket_messages`.
struct TicketMessage: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        /// To the customer.
        case reply
        /// Among ourselves; the customer never sees it.
        case note
        /// By the customer.
        case incoming

        /// What its event says.
        var verb: String {
            switch self {
            case .reply: "replied"
            case .note: "noted"
            case .incoming: "received"
            }
        }

        static let choices = [
            Choice(reply.rawValue, "Reply to the customer", "答复客户"),
            Choice(note.rawValue, "Internal note", "内部备注"),
            Choice(incoming.rawValue, "From the customer", "客户来信"),
        ]
    }

    let id: Int64
    let ticket: Int64
    let kind: Kind
    let text: String
    /// When it was said.
    let at: Int64
    let storedAt: Int64
    let channel: String?
    /// Who wrote or entered it; nil for Koi itself and the customer.
    let author: Int64?
    let fromName: String?
    let fromAddress: String?
    /// What became of a reply that went out by mail; nil for all others.
    let delivery: Delivery?

    enum Delivery: String, Sendable, CaseIterable {
        case queued
        case sent
        case failed
    }

    /// The columns in the order in which `init(row)` reads them, of alias `m`.
    static let columns = """
        m.id, m.ticket, m.kind, m.text, m.at, m."storedAt", m.channel, m.author, m."fromName", m."fromAddress",
        m.delivery
        """

    init(_ row: Row) {
        id = row.int(0)
        ticket = row.int(1)
        // The schema allows no other word.
        kind = Kind(rawValue: row.text(2)) ?? .note
        text = row.text(3)
        at = row.int(4)
        storedAt = row.int(5)
        channel = row.textOrNil(6)
        author = row.intOrNil(7)
        fromName = row.textOrNil(8)
        fromAddress = row.textOrNil(9)
        delivery = row.textOrNil(10).flatMap(Delivery.init)
    }

    /// - Parameter files: those that go with it.
    func json(_ files: [StoredFile]) -> JSONObject {
        let from: JSONValue =
            fromName == nil && fromAddress == nil
            ? .null
            : ["name": fromName.map(JSONValue.string) ?? .null, "address": fromAddress.map(JSONValue.string) ?? .null]
        return [
            "id": .integer(id), "ticket": .integer(ticket), "kind": .string(kind.rawValue), "text": .string(text),
            "at": .string(Timestamp.text(at)), "storedAt": .string(Timestamp.text(storedAt)),
            "channel": channel.map(JSONValue.string) ?? .null, "author": author.map(JSONValue.integer) ?? .null,
            "from": from, "delivery": delivery.map { .string($0.rawValue) } ?? .null,
            "attachments": .array(files.map { .object($0.json) }),
        ]
    }
}

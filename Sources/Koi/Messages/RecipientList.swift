import KoiJSON
import KoiSQLite

/// To whom a message went and what came of it, as whoever sees the message may see it.
struct RecipientList {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    func page(of message: Record, _ parameters: [Parameter], _ language: Language) throws -> [UInt8] {
        var rest = parameters
        let state = try takeState(&rest)
        let query = try PageQuery(rest, of: "messages/\(message.id)/recipients \(state?.rawValue ?? "")")
        let found = try RecipientStore(transaction.connection)
            .list(of: message.id, state, after: query.position()?.id ?? 0, limit: query.limit + 1)
        let page = found.prefix(query.limit)
        let answer: JSONValue = [
            "items": .array(try page.map { try document($0, message, language) }),
            "next": found.count > query.limit
                ? page.last.map { .string(query.cursor(after: $0.id)) } ?? .null : .null,
        ]
        return Array(answer.text.utf8)
    }

    private func takeState(_ parameters: inout [Parameter]) throws -> RecipientState? {
        guard let index = parameters.firstIndex(where: { $0.name == "state" }) else { return nil }
        guard let state = RecipientState(rawValue: parameters[index].value) else {
            throw Problem.badParameter(
                "state",
                Text("Give queued, sent, failed or refused.", "请填写 queued、sent、failed 或 refused。")
            )
        }
        parameters.remove(at: index)
        return state
    }

    private func document(_ recipient: MessageRecipient, _ message: Record, _ language: Language) throws -> JSONValue {
        let subject = try visibleSubject(of: recipient)
        return [
            "id": .integer(recipient.id),
            "resource": subject.map { .string($0.resource) } ?? .null,
            "record": subject.map { .integer($0.id) } ?? .null,
            "address": address(of: recipient, message),
            "state": .string(recipient.state.rawValue),
            "error": recipient.failure.map {
                ["code": .string($0.code), "message": .string($0.message(language))]
            } ?? .null,
            "receipt": recipient.receipt.map(JSONValue.string) ?? .null,
            "token": .string(recipient.token),
            "changedAt": .string(Timestamp.text(recipient.changedAt)),
        ]
    }

    /// A record that one may not see is not there, here neither.
    private func visibleSubject(of recipient: MessageRecipient) throws -> EventSubject? {
        guard case .record(let subject) = recipient.target,
            let resource = transaction.catalog.resources[subject.resource]
        else { return nil }
        let query = RecordSQL.exists(subject.id, resource, transaction.visibility(of: resource))
        return try transaction.connection.first(query.sql, query.values) { _ in subject }
    }

    /// Whoever sees addresses of people in part sees these in part, save those that they wrote themselves.
    private func address(of recipient: MessageRecipient, _ message: Record) -> JSONValue {
        guard case .address(let address) = recipient.target else { return .null }
        let isOwn = message["sender"].integerValue != nil && message["sender"].integerValue == transaction.actor.user
        let channel = message["channel"].stringValue.flatMap(MessageChannel.init(rawValue:)) ?? .mail
        let isClear = transaction.catalog.resources.all.filter(\.describesPeople).allSatisfy { resource in
            let held = transaction.actor.access.restrictions(of: resource.name)
            return channel.fields(of: resource).allSatisfy { held.reading($0) == .clear }
        }
        guard !isOwn, !isClear else { return .string(address) }
        let mask: Mask = channel == .mail ? .email : channel == .wechat ? .text : .phone
        return .string(mask.shown(of: address))
    }
}

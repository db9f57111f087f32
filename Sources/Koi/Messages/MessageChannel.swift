import KoiJSON

/// A way in which people outside of the company are written to.
enum MessageChannel: String, Sendable, CaseIterable {
    case mail
    case sms
    case wechat
    case fax

    static let choices = [
        Choice("mail", "E-mail", "电子邮件"),
        Choice("sms", "SMS", "短信"),
        Choice("wechat", "WeChat", "微信"),
        Choice("fax", "Fax", "传真"),
    ]

    /// Those that go through a gateway.
    static let gateways = choices.filter { $0.code != "mail" }

    /// The address that a record has on this channel.
    func address(of record: Record) -> String? {
        fields(of: record.resource).lazy.compactMap { record[$0].stringValue }.first
            ?? record["custom"].objectValue?[rawValue]?.stringValue
    }

    /// The fields that may hold an address, the best one first.
    ///
    /// A field that a company made itself counts where it is named like the channel.
    func fields(of resource: Resource) -> [String] {
        switch self {
        case .mail: resource.declared.filter { $0.search == .email }.map(\.name)
        case .sms:
            resource.declared.filter { $0.search == .phone }.map(\.name)
                .sorted { ($0 == "mobile" ? 0 : 1) < ($1 == "mobile" ? 0 : 1) }
        case .wechat: ["wechat"].filter { resource.field($0) != nil }
        case .fax: ["fax"].filter { resource.field($0) != nil }
        }
    }

    /// Whether something can be sent to this address.
    func takes(_ address: String) -> Bool {
        switch self {
        case .mail: MailAddress(address) != nil
        case .sms, .fax: address.utf8.count <= 40 && TextRule.isPhone(address)
        case .wechat:
            (1...100).contains(address.unicodeScalars.count)
                && !address.unicodeScalars.contains { $0.value < 0x21 || $0.value == 0x7F }
        }
    }

    /// By which an address is recognised: of the form in which all its spellings are one.
    func digest(of address: String) -> [UInt8] {
        Digest.sha256(Array((rawValue + "\n" + folded(address)).utf8))
    }

    private func folded(_ address: String) -> String {
        switch self {
        case .mail: return address.lowercased()
        case .wechat: return address
        case .sms, .fax:
            let numbers = PhoneNumber.all(in: address)
            return numbers.count == 1 ? String(decoding: numbers[0].core, as: UTF8.self) : address.filter(\.isNumber)
        }
    }

    /// What shares the fate of an address within the channel.
    func lane(of address: String) -> String {
        self == .mail ? MailAddress(address)?.domain.lowercased() ?? "" : ""
    }
}

/// For what somebody is written to, which says what it takes.
enum MessagePurpose: String, Sendable, CaseIterable {
    /// What a person has asked for or must know: an answer, a confirmation, a safety notice. Nobody can opt out of it.
    case transactional
    /// What goes with being a customer: a survey, a hint, a greeting. Until the person opts out.
    case service
    /// Advertising. Only to whoever has agreed.
    case marketing

    static let choices = [
        Choice("transactional", "Transactional", "事务性"),
        Choice("service", "Service", "服务"),
        Choice("marketing", "Marketing", "营销"),
    ]

    /// Those that a person can agree to or opt out of.
    static let optional: [MessagePurpose] = [.service, .marketing]
}

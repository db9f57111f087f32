import KoiJSON

/// What the survivor of a merge takes over of what the loser has said of messages.
///
/// Whoever has withdrawn a consent under either number has withdrawn it; of two alike the newer counts.
struct MergedConsents {
    /// All that the survivor had said before the merge, and has since.
    struct Change {
        var before: [Consent] = []
        var after: [Consent] = []
    }

    private let resource: Resource
    private let transaction: Transaction
    private let store: ConsentStore

    init(_ resource: Resource, _ transaction: Transaction) {
        self.resource = resource
        self.transaction = transaction
        store = ConsentStore(transaction.connection)
    }

    private func subject(_ id: Int64) -> EventSubject { EventSubject(resource: resource.name, id: id) }

    func adopt(from loser: Int64, by survivor: Int64) throws -> Change {
        var change = Change(before: try store.list(of: subject(survivor)))
        for consent in try store.list(of: subject(loser)) {
            let own = change.before.first { $0.isAbout(consent) }
            guard MergedConsents.counts(consent, over: own) else { continue }
            try ConsentService(transaction).set(consent, before: own, of: subject(survivor))
        }
        change.after = try store.list(of: subject(survivor))
        return change
    }

    private static func counts(_ consent: Consent, over own: Consent?) -> Bool {
        guard let own else { return true }
        guard consent.state == own.state else { return consent.state == .withdrawn }
        return consent.at > own.at
    }

    /// Gives the survivor back what it had said, where nobody has said otherwise since.
    ///
    /// What was withdrawn meanwhile is withdrawn for both: nobody knows which of the two said it.
    func release(_ change: Change, survivor: Int64, loser: Int64) throws {
        let service = ConsentService(transaction)
        let current = try store.list(of: subject(survivor))
        for consent in try store.list(of: subject(loser)) where consent.state == .given {
            guard let now = current.first(where: { $0.isAbout(consent) }), now.state == .withdrawn,
                !change.after.contains(now)
            else { continue }
            try service.set(now, before: consent, of: subject(loser))
        }
        for after in change.after where current.contains(after) && !change.before.contains(after) {
            let before = change.before.first { $0.isAbout(after) }
            if let before {
                try service.set(before, before: after, of: subject(survivor))
            } else {
                try service.remove(after, of: subject(survivor))
            }
        }
    }
}

extension MergedConsents.Change {
    /// Those that the merge has changed: a later merge that changes them, too, is undone first.
    var fields: [String] {
        after.filter { !before.contains($0) }.map { "consents.\($0.channel.rawValue).\($0.purpose.rawValue)" }
    }

    init(stored: JSONValue?) {
        func consents(_ name: String) -> [Consent] {
            (stored?.objectValue?[name]?.arrayValue ?? []).compactMap { $0.objectValue.flatMap(Consent.init(stored:)) }
        }
        self.init(before: consents("before"), after: consents("after"))
    }

    var stored: JSONValue {
        func list(_ consents: [Consent]) -> JSONValue { .array(consents.map { .object($0.document) }) }
        return ["before": list(before), "after": list(after)]
    }
}

extension Consent {
    fileprivate func isAbout(_ other: Consent) -> Bool { channel == other.channel && purpose == other.purpose }

    /// - Parameter document: as `document` has it.
    fileprivate init?(stored document: JSONObject) {
        guard let channel = document["channel"]?.stringValue.flatMap(MessageChannel.init(rawValue:)),
            let purpose = document["purpose"]?.stringValue.flatMap(MessagePurpose.init(rawValue:)),
            let state = document["state"]?.stringValue.flatMap(State.init(rawValue:)),
            let at = document["at"]?.stringValue.flatMap(Timestamp.read)
        else { return nil }
        self.init(
            channel: channel,
            purpose: purpose,
            state: state,
            source: document["source"]?.stringValue,
            evidence: document["evidence"]?.stringValue,
            at: at,
            by: document["by"]?.integerValue
        )
    }
}

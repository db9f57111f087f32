package import KoiJSON
import KoiSQLite

/// Changes what holds for the whole company.
package struct SettingsService {
    private let transaction: Transaction

    package init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Applies a JSON merge patch (RFC 7396), of `mail` too.
    ///
    /// - Parameter match: tells whether the client's `If-Match` allows the stored version.
    /// - Throws: `Problem.invalid` naming every field that is not as it should be, or what `match` throws.
    package func change(_ patch: JSONObject, match: (Int64) throws -> Void = { _ in }) throws {
        let records = RecordService(Settings.resource, transaction)
        let before = try records.find(Settings.id)
        try match(before.version)
        var record = before
        var issues: [Problem.Issue] = []
        let own = JSONObject(patch.members.filter { $0.name != "mail" })
        RecordDraft(Settings.resource, transaction).fill(&record, from: own, isNew: false, &issues)
        if own["publicURL"] != nil { checkPublicURL(&record, &issues) }
        if own["qualityWeights"] != nil {
            QualityWeights.check(record["qualityWeights"], transaction.catalog.resources, &issues)
        }
        if own["stageCriteria"] != nil { StageCriteria.check(record["stageCriteria"], &issues) }
        if own["visitCadence"] != nil { VisitCadence.check(record["visitCadence"], &issues) }
        try ReferenceCheck(transaction).check(record, before: before, issues: &issues)
        var draft = MailDraft(before["mail"].objectValue ?? [:], now: transaction.now)
        if let mail = patch["mail"] { draft.fill(from: mail, &issues) }
        guard issues.isEmpty else { throw Problem.invalid(issues) }
        record["mail"] = .object(draft.values)
        try keep(draft.password)
        _ = try records.save(record, before: before)
        if record["mail"] != before["mail"] { try transaction.outbox.hurry(.mail) }
    }

    private func keep(_ password: MailDraft.Password) throws {
        let secrets = SecretStore(transaction)
        switch password {
        case .kept: return
        case .removed: try secrets.remove(at: MailServer.passwordPlace)
        case .changed(let password): try secrets.put(Array(password.utf8), at: MailServer.passwordPlace)
        }
    }

    private func checkPublicURL(_ record: inout Record, _ issues: inout [Problem.Issue]) {
        guard let text = record["publicURL"].stringValue else { return }
        guard let address = PublicURL(text) else {
            return issues.append(PublicURL.refusal.issue(field: "publicURL"))
        }
        record["publicURL"] = .string(address.text)
    }
}

/// The beginning of all links to Koi: scheme, host and perhaps a path.
struct PublicURL {
    /// Without a slash at its end.
    let text: String
    let host: String

    init?(_ given: String) {
        var rest = given
        guard let scheme = ["https://", "http://"].first(where: { given.lowercased().hasPrefix($0) }) else {
            return nil
        }
        rest.removeFirst(scheme.count)
        while rest.hasSuffix("/") { rest.removeLast() }
        let forbidden: Set<Unicode.Scalar> = ["?", "#", "@", "\\", "\"", "<", ">", " "]
        let place = rest.prefix { $0 != "/" }
        guard !place.isEmpty, place.first != ":", !rest.unicodeScalars.contains(where: forbidden.contains) else {
            return nil
        }
        text = scheme + rest
        host = place.hasPrefix("[") ? String(place) : String(place.prefix { $0 != ":" })
    }

    static let refusal = ValueRefusal(
        "not_public_url",
        "Send the address at which people reach Koi, such as https://koi.example.com, without ? and #.",
        "请填写用户访问 Koi 的网址，例如 https://koi.example.com，不含 ? 和 #。"
    )
}

import KoiHTTP

/// What of a request goes to the ledger once it is answered.
extension App {
    /// Notes who was shown what is held back from others.
    func note(_ sightings: Sightings, of call: PreparedCall) {
        guard !sightings.isEmpty else { return }
        for entry in sightings.entries(entry(for: call.asked)) { ledger.note(.read(entry)) }
    }

    /// Notes who asked for what is not allowed: whatever is answered with 403, and every attempt to write what one may not.
    func noteRefusal(_ problem: Problem, of asked: AskedRequest) {
        guard let code = problem.refusalCode else { return }
        var entry = entry(for: asked)
        entry.method = asked.route.method.rawValue
        entry.path = asked.route.pattern
        entry.resource = asked.resource
        entry.records = asked.record.map { [$0] } ?? []
        entry.fields = problem.refusedFields
        entry.code = code
        ledger.note(.refused(entry))
    }

    private func entry(for asked: AskedRequest) -> AccessEntry {
        AccessEntry(
            at: clock.now(),
            // Routes that are open to anyone are served in Koi's own name.
            actor: asked.route.access.isAnybody ? nil : asked.actor,
            request: asked.request.id,
            address: asked.request.peer.address
        )
    }
}

extension AskedRequest {
    /// The resource or area that the path names: `customers` of `/v1/customers/7`.
    var resource: String? {
        let parts = route.pattern.split(separator: "/")
        return parts.count > 1 && parts[0] == "v1" ? String(parts[1]) : nil
    }

    var record: Int64? { captures["id"].flatMap(Digits.integer) }
}

extension Problem {
    /// What says of a field that it was not for this actor to write.
    private static let escalations: Set<String> = ["read_only", "not_writable", "out_of_reach", "wider_than_own"]

    /// Why the actor was not allowed to do this; nil where that is not why it failed.
    fileprivate var refusalCode: String? {
        status == .forbidden ? code : escalations.first?.code
    }

    fileprivate var refusedFields: [String] { escalations.map(\.field) }

    private var escalations: [Issue] { issues.filter { Problem.escalations.contains($0.code) } }
}

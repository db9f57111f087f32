import KoiJSON
import KoiSQLite

/// A policy can be used: its filters are those of a list, it promises something, and it pauses where there is something to wait for.
package struct ServicePolicyRules: RecordRules {
    package init() {}

    package func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        if record["filter"] != before?["filter"] {
            issues += try FilterCheck.issues(
                ofRule: record["filter"],
                on: Ticket.resource.name,
                in: "filter",
                transaction
            )
        }
        let promises = ServicePolicy.fields.filter { $0.kind != .supervision }
        if promises.allSatisfy({ record[$0.field].isNull }) {
            issues.append(ServicePolicyRules.nothing.issue(field: "firstResponse"))
        }
        for (index, state) in (record["pauses"].arrayValue ?? []).enumerated()
        where !TicketRest.pausing.contains(where: { .string($0.rawValue) == state }) {
            issues.append(ServicePolicyRules.noPause.issue(field: "pauses[\(index)]"))
        }
    }

    /// What is promised from here on holds for what is open, too.
    package func saved(_ record: Record, before: Record?, in transaction: Transaction) throws {
        let isUsed = [before, record].contains { $0?["active"] == true && $0?.isRemoved == false }
        if isUsed { try TicketRetiming.begin(transaction) }
    }

    private static let nothing = ValueRefusal(
        "no_promise",
        "A policy has to promise something: send at least one of firstResponse, nextResponse, resolution and keepInformed.",
        "政策至少要承诺一项：firstResponse、nextResponse、resolution 或 keepInformed。"
    )
    private static let noPause = ValueRefusal(
        "no_pause",
        "Clocks can stand still in waiting_customer, waiting_third_party and deferred.",
        "仅可在 waiting_customer、waiting_third_party 和 deferred 状态下暂停计时。"
    )
}

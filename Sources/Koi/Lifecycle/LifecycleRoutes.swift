import KoiHTTP
import KoiJSON

/// In which stages a customer is, was, and should be.
enum LifecycleRoutes {
    static func routes(of resources: [Resource]) -> [Route] {
        guard resources.contains(where: { $0.name == Customer.resource.name }) else { return [] }
        return CustomerAxis.allCases.flatMap(routes)
    }

    private static func routes(of axis: CustomerAxis) -> [Route] {
        let path = "/v1/customers/{id}/" + axis.path
        let docs = LifecycleDocumentation(axis)
        let routes: [Route] = [
            .get(path) { try show(axis, $0) }.documented(docs.show),
            .put(path) { try set(axis, $0) }.documented(docs.set),
            .delete(path) { try end(axis, $0) }.documented(docs.end),
            .get(path + "/history") { try history(axis, $0) }.documented(docs.history),
        ]
        return routes.map { $0.permitted(.records) }
    }

    /// - Throws: `Problem.notFound` where the actor sees no such customer, or not this of it.
    private static func customer(_ axis: CustomerAxis, _ call: Call) throws -> Record {
        let record = try RecordService(Customer.resource, call.transaction()).find(call.id())
        let held = call.actor.access.restrictions(of: Customer.resource.name)
        guard held.reading(axis.field) == .clear else { throw Problem.notFound(axis.label) }
        return record
    }

    private static func json(_ value: JSONValue) -> Answer { .json(Array(value.text.utf8)) }

    private static func show(_ axis: CustomerAxis, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        return json(try CustomerStages(call.transaction()).document(of: customer(axis, call), on: axis))
    }

    static func order(_ axis: CustomerAxis) -> BodyFields {
        BodyFields([
            .choice("stage", "Stage", "阶段", axis.stages).required(),
            .text("reason", "Reason", "原因", max: 500).required(),
            .time("until", "Until", "截止时间").noted("Null for as long as it is not taken back.", "null 表示直到取消为止。"),
            .boolean("force", "Force", "强制").fallback(false)
                .noted(
                    "Whether it holds although criteria are not met, for which the right overrides.change is needed.",
                    "是否在条件不满足时仍然设定，需要 overrides.change 权限。"
                ),
        ])
    }

    private static func set(_ axis: CustomerAxis, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        let customer = try customer(axis, call)
        try call.match(customer.version)
        let body = try order(axis).read(call.object())
        let order = StageOverrides.Order(
            stage: body["stage"]?.stringValue ?? axis.first,
            reason: body["reason"]?.stringValue ?? "",
            until: body["until"]?.stringValue.flatMap(Timestamp.read),
            isForced: body["force"] == true
        )
        let transaction = try call.transaction()
        try StageOverrides(transaction).set(customer, on: axis, order)
        let changed = try RecordService(Customer.resource, transaction).find(customer.id)
        return json(try CustomerStages(transaction).document(of: changed, on: axis))
    }

    private static func end(_ axis: CustomerAxis, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        let customer = try customer(axis, call)
        try call.match(customer.version)
        try StageOverrides(call.transaction()).end(customer, on: axis)
        return .noContent
    }

    private static func history(_ axis: CustomerAxis, _ call: Call) throws -> Answer {
        let customer = try customer(axis, call)
        let query = try PageQuery(call.query, of: "customers/\(customer.id)/\(axis.path)")
        return json(try StageHistory(call.transaction()).page(of: customer, on: axis, query))
    }
}

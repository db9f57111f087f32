import KoiHTTP
import KoiJSON

/// What members do with pools, and what lies in them.
enum PoolRoutes {
    static func routes(of resources: [Resource]) -> [Route] {
        guard resources.contains(where: { $0.name == Pool.resource.name }) else { return [] }
        let path = "/v1/pools/{id}"
        let own: [Route] = [
            .get(path + "/records", list).documented(PoolDocumentation.list),
            .get(path + "/records/{record}", look).documented(PoolDocumentation.look),
            .get(path + "/contests") { try entries($0, contests: true) }.documented(PoolDocumentation.contests),
            .get(path + "/log") { try entries($0, contests: false) }.documented(PoolDocumentation.log),
            .get(path + "/recycling", recycling).documented(PoolDocumentation.recycling),
        ]
        let pooled = resources.filter { Pool.pooled.contains($0.name) }.flatMap(routes)
        return (own + pooled).map { $0.permitted(.records) }
    }

    private static func routes(of resource: Resource) -> [Route] {
        let path = "/v1/" + resource.name + "/{id}"
        return [
            // What is refused is stored, too, which a part of a batch that is undone would not be.
            .put(path + "/claim") { try claim(resource, $0) }.alone().documented(PoolDocumentation.claim(resource)),
            .put(path + "/pool") { try release(resource, $0) }.documented(PoolDocumentation.release(resource)),
        ]
    }

    // MARK: Records

    private static func claim(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        try call.refuseBody()
        let transaction = try call.transaction()
        switch try PoolClaim(resource, transaction).claim(call.id()) {
        case .won(let record): return try RecordRoutes.changed(record, in: transaction)
        case .refused(let problem): return .refused(problem, for: call)
        }
    }

    static let releasing = BodyFields([
        .reference("pool", "Pool", "公海", to: "pools").required(),
        .text("reason", "Reason", "原因", max: 500).required().example("客户已倒闭"),
    ])

    private static func release(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        // What the actor does not see is not there, whatever is sent to it.
        let before = try RecordService(resource, transaction).find(call.id())
        let body = try releasing.read(call.object(), in: transaction)
        let record = try PoolRelease(resource, transaction).release(
            before,
            to: body["pool"]?.integerValue ?? 0,
            reason: body["reason"]?.stringValue ?? "",
            match: call.match
        )
        return try RecordRoutes.changed(record, in: transaction)
    }

    // MARK: Pools

    private static func pool(_ call: Call) throws -> Record {
        try RecordService(Pool.resource, call.transaction()).find(call.id())
    }

    private static func list(_ call: Call) throws -> Answer {
        let (transaction, pool) = (try call.transaction(), try pool(call))
        _ = try PoolMembers(pool, transaction).require()
        let query = try PageQuery(call.query, of: "pools/\(pool.id)/records")
        return .json(try PoolRecords(pool, transaction).page(query))
    }

    private static func look(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let (transaction, pool) = (try call.transaction(), try pool(call))
        let user = try PoolMembers(pool, transaction).require()
        return .json(try PoolRecords(pool, transaction).look(at: call.id("record"), by: user))
    }

    private static func entries(_ call: Call, contests: Bool) throws -> Answer {
        let (transaction, pool) = (try call.transaction(), try pool(call))
        try PoolMembers(pool, transaction).requireOrKeeper()
        let query = try PageQuery(call.query, of: "pools/\(pool.id)/\(contests ? "contests" : "log")")
        let resource = pool["resource"].stringValue.flatMap { transaction.catalog.resources[$0] }
        let seen = resource.map { transaction.visibility(of: $0) } ?? Visibility.none
        return .json(
            try PoolEntries(transaction.connection).page(of: pool, contests: contests, seeing: seen, query)
        )
    }

    private static func recycling(_ call: Call) throws -> Answer {
        let (transaction, pool) = (try call.transaction(), try pool(call))
        let own = call.query.filter { $0.name == "days" }
        let days = own.last.map { Digits.integer($0.value) } ?? pool["warnDays"].integerValue
        guard own.count < 2, let days, (0...3_650).contains(days) else {
            throw Problem.badParameter(
                "days",
                Text("Give a whole number from 0 to 3650, once.", "请填写一次 0 到 3650 之间的整数。")
            )
        }
        let query = try PageQuery(call.query.filter { $0.name != "days" }, of: "pools/\(pool.id)/recycling/\(days)")
        return .json(try RecyclingPreview(pool, transaction).page(query, days: days))
    }
}

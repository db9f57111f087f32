import KoiHTTP
import KoiJSON
import KoiSQLite

/// Changes many records at once, or lays them into the bin: says what it would come to, or has a job do it.
struct MassService {
    /// Records that a preview tries, and those of which it shows the change.
    private static let tried: Int64 = 20
    private static let examples = 5

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// How many records would be changed, and what of the first.
    func preview(_ order: MassOrder) throws -> JSONValue {
        try check(order)
        var count: Int64 = 0
        var end: Int64 = 0
        while let part = try order.count(after: end, in: transaction) {
            count += part.count
            end = part.end
        }
        var examples: [JSONValue] = []
        var problems: [JSONValue] = []
        for id in try first(order) {
            do {
                let example = try example(id, order)
                if examples.count < MassService.examples { examples.append(example) }
            } catch let problem as Problem where problem.status.code < 500 {
                problems.append(problem.massFailure(of: id))
            }
        }
        return ["count": .integer(count), "examples": .array(examples), "problems": .array(problems)]
    }

    /// Writes the job that does it, and the event that says who asked for it.
    func begin(_ order: MassOrder) throws -> Job {
        try check(order)
        let id = try transaction.jobs.add(NewJob(MassJob.name, parameters: order.parameters, isBoundToKey: true))
        try transaction.events.append(
            Event(
                type: "job.massChange",
                subject: EventSubject(resource: "jobs", id: id),
                payload: ["after": .object(order.summary)]
            ),
            in: transaction
        )
        return try transaction.jobs.find(id)
    }

    /// - Throws: 403 where the actor may change none, `Problem.invalid` for a patch that no record could take.
    private func check(_ order: MassOrder) throws {
        try requireRight(order)
        if let patch = order.patch { try RecordService(order.resource, transaction).checkPatch(patch) }
    }

    /// - Throws: 403 where the actor may change or remove none.
    func requireRight(_ order: MassOrder) throws {
        try RecordPermission(order.resource, transaction).require(order.patch == nil ? .remove : .change)
    }

    private func first(_ order: MassOrder) throws -> [Int64] {
        var ids: [Int64] = []
        var end: Int64 = 0
        while ids.count < Int(clamping: MassService.tried),
            let part = try order.records(after: end, limit: MassService.tried, in: transaction)
        {
            ids += part.ids
            end = part.end
        }
        return Array(ids.prefix(Int(clamping: MassService.tried)))
    }

    private func example(_ id: Int64, _ order: MassOrder) throws -> JSONValue {
        let service = RecordService(order.resource, transaction)
        guard let patch = order.patch else {
            try service.checkRemoval(id)
            return ["id": .integer(id)]
        }
        let (before, after) = try service.changed(id, by: patch)
        let access = transaction.actor.access
        let held = access.restrictions(of: order.resource.name)
        let changed = Set(after.changedFields(from: before).map(\.name))
        // Whether a value that is held back is the one in the patch is not told.
        let fields = order.resource.fields.filter { field in
            held.reading(field.name) != .hidden
                && (changed.contains(field.name) || patch[field.name] != nil && held.holdsBack(any: field))
        }
        transaction.saw(access.watched(fields.map(\.name), of: order.resource.name), of: id, order.resource.name)
        func shown(_ record: Record) -> JSONValue {
            .object(
                JSONObject(fields.map { .init(name: $0.name, value: held.shown(record[$0.name], of: $0) ?? .null) })
            )
        }
        return ["id": .integer(id), "before": shown(before), "after": shown(after)]
    }
}

extension Problem {
    private static let maximumErrors = 5

    /// As the preview and the result of a job name a record that cannot be changed.
    func massFailure(of record: Int64) -> JSONValue {
        let errors = issues.prefix(Problem.maximumErrors).map { issue -> JSONValue in
            ["field": .string(issue.field), "code": .string(issue.code)]
        }
        return ["record": .integer(record), "code": .string(code), "errors": .array(Array(errors))]
    }
}

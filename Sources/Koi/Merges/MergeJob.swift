import KoiJSON
import KoiSQLite

/// Goes on with a merge, or with undoing one, where more records name the loser than one transaction should change.
enum MergeJob {
    static let name = "merge"
    /// Records of one look at the clock.
    private static let batch = 20
    /// Records that could not be given back which the result names.
    private static let maximumFailures = 100

    static func job(for merge: Merge) -> NewJob {
        NewJob(
            name,
            subject: EventSubject(resource: merge.resource, id: merge.survivor),
            name: merge.jobName,
            parameters: ["merge": .integer(merge.id)]
        )
    }

    static let kind = JobKind(name) { chunk in
        let transaction = chunk.transaction
        let store = MergeStore(transaction.connection)
        guard let merge = try store.find(chunk.job.parameters["merge"]?.integerValue ?? 0),
            let resource = transaction.catalog.resources[merge.resource]
        else { return .done([:]) }
        let mover = MergeMover(merge, resource, in: transaction)
        while chunk.hasTime {
            let count = try merge.state.isActive ? mover.move(atMost: batch) : moveBack(mover, &chunk)
            chunk.done += Int64(count)
            guard count < batch else { continue }
            try store.setState(merge.state.isActive ? .merged : .undone, of: merge.id)
            let failures = chunk.position["failures"] ?? []
            return .done(["moved": .integer(chunk.done), "failures": failures])
        }
        return .more
    }

    private static func moveBack(_ mover: MergeMover, _ chunk: inout JobChunk) throws -> Int {
        let (count, misplaced) = try mover.moveBack(atMost: batch)
        let failures = (chunk.position["failures"]?.arrayValue ?? []) + misplaced.map(\.json)
        chunk.position["failures"] = .array(Array(failures.prefix(maximumFailures)))
        return count
    }
}

extension MergeMover.Misplaced {
    fileprivate var json: JSONValue {
        ["resource": .string(resource), "record": .integer(record), "field": .string(field), "code": "moved_on"]
    }
}

import KoiJSON
import KoiLock
import KoiSQLite

@testable import Koi

extension TestApp {
    /// A worker on this App's database, as a process has one after it was started.
    ///
    /// - Parameter holdTime: more than any chunk takes on any machine, unless the test is about that.
    func worker(_ kinds: JobKind..., holdTime: Duration = .seconds(60)) throws -> JobWorker {
        let worker = try JobWorker(app, kinds: kinds, holdTime: holdTime)
        try worker.prepare()
        return worker
    }

    @discardableResult
    func add(_ job: NewJob) throws -> Int64 {
        try app.perform { try $0.jobs.add(job) }
    }

    func job(_ id: Int64) throws -> Job {
        try app.perform { try $0.jobs.find(id) }
    }

    /// The job of that name that waits or runs.
    func job(named name: String) throws -> Job? {
        try app.perform { try JobStore($0.connection).unfinished(named: name) }
    }

    /// The names of all customers in the order in which they were added.
    func customers() throws -> [String] {
        try app.perform { transaction in
            try transaction.connection.rows("SELECT name FROM customers ORDER BY id") { $0.text(0) }
        }
    }
}

extension JobKind {
    /// Adds a customer in each chunk, named 0, 1, 2 and so on; `before` may throw or look on, when one was added but is
    /// not yet stored.
    static func adding(
        _ total: Int64,
        kind: String = "add",
        recurrence: JobRecurrence? = nil,
        before: @escaping @Sendable (Job, Int64) throws -> Void = { _, _ in }
    ) -> JobKind {
        JobKind(kind, recurrence: recurrence) { chunk in
            let number = chunk.position["number"]?.integerValue ?? 0
            _ = try RecordService(Customer.resource, chunk.transaction)
                .add(["kind": "company", "name": .string(String(number))])
            try before(chunk.job, number)
            chunk.position["number"] = .integer(number + 1)
            chunk.done = number + 1
            chunk.total = total
            return number + 1 >= total ? .done(["added": .integer(total)]) : .more
        }
    }
}

/// What several threads note down.
final class Notes<Value: Sendable>: Sendable {
    private let values = Lock<[Value]>([])

    func add(_ value: Value) { values.withLock { $0.append(value) } }

    var all: [Value] { values.withLock { $0 } }
}

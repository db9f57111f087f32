import Foundation
import KoiJSON
import KoiSQLite
import Logging

/// Makes the file forget who was erased.
///
/// The transaction of an erasure takes the data out of every row, index and term. What is left are copies in the WAL, in
/// pieces of the full-text index that are not yet merged, and in the unused space of pages. This goes through them one after
/// the other, without holding the writer for longer than a chunk of any job, and begins again where it was cut off.
enum ErasureJob {
    static let name = "erasure"

    /// One for each erasure, since one that runs already may have passed what this one left behind.
    static func job(for erasure: Int64) -> NewJob {
        NewJob(name, name: name + "-" + String(erasure), parameters: ["erasure": .integer(erasure)])
    }

    static let kind = JobKind(
        name,
        // A reader in the way is a matter of time.
        retry: JobRetry(maximumAttempts: 1_000, firstDelay: 2_000, longestDelay: 600_000),
        task: { task in try ErasureWork(task).run() }
    )
}

/// One run of the job, for all erasures that are open when it begins.
private struct ErasureWork {
    /// How long the writer is held at a time.
    private static let holdTime = Duration.milliseconds(10)
    /// Pages of the full-text index that are written between two looks at the clock.
    private static let mergePages: Int64 = 16
    /// How often, and after how many seconds again, the WAL is tried to be emptied before the job waits for another time.
    private static let tries = 50
    private static let pause = 0.02

    private let task: JobTask
    private var app: App { task.app }

    init(_ task: JobTask) {
        self.task = task
    }

    func run() throws -> JSONObject {
        let open = try app.perform { try ErasureStore($0.connection).open() }
        guard !open.isEmpty else { return [:] }
        for name in Set(open.map(\.subject.resource)).sorted() { try merge(name) }
        let residue = try Residue(app.database)
        let cleared = try clear(residue)
        let occurrences = try occurrences(of: open, residue)
        try app.perform { transaction in
            let store = ErasureStore(transaction.connection)
            for (erasure, count) in zip(open, occurrences) {
                try store.setVerified(erasure.id, occurrences: count, now: transaction.now)
            }
        }
        app.catalog.erasedMarks.forget(open.map(\.id))
        let numbers = open.map { String($0.id) }.joined(separator: " ")
        app.logger.notice("erasures verified", metadata: ["erasures": "\(numbers)", "pages": "\(cleared)"])
        return ["erasures": .integer(Int64(open.count)), "pages": .integer(cleared)]
    }

    /// Merges the full-text index of a resource into one piece.
    private func merge(_ name: String) throws {
        guard let resource = app.catalog.resources[name], resource.isSearchable else { return }
        var isFirst = true
        var goesOn = true
        while goesOn {
            try task.checkInterruption()
            let begins = isFirst
            goesOn = try app.perform { transaction in
                let index = SearchIndex(resource, transaction.connection)
                let end = ContinuousClock.now + Self.holdTime
                var goesOn = try index.merge(pages: Self.mergePages, isFirst: begins)
                while goesOn, ContinuousClock.now < end {
                    goesOn = try index.merge(pages: Self.mergePages, isFirst: false)
                }
                return goesOn
            }
            isFirst = false
        }
    }

    /// Overwrites what stands in the unused space of the file's pages.
    ///
    /// - Returns: of how many pages.
    private func clear(_ residue: Residue) throws -> Int64 {
        let pages = try patiently { try residue.pages(check: task.checkInterruption) }
        var rest = pages[...]
        // Also where there are none: the WAL is to be empty.
        repeat {
            rest = rest.dropFirst(try patiently { try residue.clear(rest, within: Self.holdTime) })
        } while !rest.isEmpty
        try residue.synchronize()
        return Int64(pages.count)
    }

    /// How often values of each of the erased still stand in the file; nil for those of whom nothing is known any more.
    private func occurrences(of erasures: [Erasure], _ residue: Residue) throws -> [Int64?] {
        let marks = erasures.map { app.catalog.erasedMarks.marks(of: $0.id).map { Array($0.all) } }
        let counts = try patiently {
            try residue.occurrences(of: marks.flatMap { $0 ?? [] }, check: task.checkInterruption)
        }
        var rest = counts[...]
        return marks.map { marks in
            guard let marks else { return nil }
            defer { rest = rest.dropFirst(marks.count) }
            return Int64(rest.prefix(marks.count).reduce(0, +))
        }
    }

    /// Tries again for a moment what a reader is in the way of.
    private func patiently<T>(_ attempt: () throws -> T?) throws -> T {
        for _ in 0..<Self.tries {
            try task.checkInterruption()
            if let value = try attempt() { return value }
            Thread.sleep(forTimeInterval: Self.pause)
        }
        throw Problem.busy(
            "A long read keeps the database from being tidied up; it is tried again.",
            "有耗时较长的读取正在进行，暂时无法整理数据库，稍后会重试。"
        )
    }
}

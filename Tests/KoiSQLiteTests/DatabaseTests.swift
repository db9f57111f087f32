import Dispatch
import Testing

@testable import KoiSQLite

@Suite struct DatabaseTests {
    @Test func `a read keeps its snapshot across a commit`() throws {
        let test = try TestDatabase()
        try test.add("before")
        let seen = try test.database.read(on: 0) { connection in
            let first = try connection.names()
            try test.add("during")
            return [first, try connection.names()]
        }
        #expect(seen == [["before"], ["before"]])
        #expect(try test.names() == ["before", "during"])
    }

    @Test(arguments: [ReadBudget(steps: 50_000), ReadBudget(time: .milliseconds(5))])
    func `a read over its budget is abandoned and the connection goes on`(
        _ budget: ReadBudget
    ) throws {
        let test = try TestDatabase()
        try test.add("a")
        let error = #expect(throws: SQLiteError.self) {
            try test.database.read(on: 0, budget: budget) { try $0.countForever() }
        }
        #expect(error?.isInterrupted == true)
        #expect(!test.database.reader(0).isInTransaction)
        #expect(try test.names() == ["a"])
    }

    @Test func `a budget counts over all statements of a read`() throws {
        let test = try TestDatabase()
        for number in 0..<100 { try test.add("\(number)") }
        let error = #expect(throws: SQLiteError.self) {
            try test.database.read(on: 0, budget: ReadBudget(steps: 20_000)) { connection in
                while true { _ = try connection.names() }
            }
        }
        #expect(error?.isInterrupted == true)
    }

    @Test func `a body that fails leaves a reader that goes on`() throws {
        let test = try TestDatabase()
        #expect(throws: Refusal.self) {
            try test.database.read(on: 1) { connection in
                _ = try connection.names()
                throw Refusal()
            }
        }
        try test.add("a")
        #expect(try test.database.read(on: 1) { try $0.names() } == ["a"])
    }

    @Test func `a loop keeps its snapshot while nothing is committed, and never reads behind a commit`() throws {
        let test = try TestDatabase()
        var expected: [String] = []
        for number in 0..<20 {
            for loop in [0, 1, 0] {
                #expect(try test.database.read(on: loop) { try $0.names() } == expected)
                #expect(test.database.reader(loop).isInTransaction)
            }
            try test.add("\(number)")
            expected.append("\(number)")
        }
    }

    @Test func `a loop gives its snapshot back when it rests, or when it is no longer the newest`() throws {
        let test = try TestDatabase()
        func isKept(resting: Bool) throws -> Bool {
            _ = try test.database.read(on: 0) { try $0.names() }
            test.database.settle(on: 0, isResting: resting)
            return test.database.reader(0).isInTransaction
        }
        #expect(try isKept(resting: false))
        #expect(try !isKept(resting: true))
        #expect(try isKept(resting: false))
        try test.add("a")
        test.database.settle(on: 0, isResting: false)
        #expect(!test.database.reader(0).isInTransaction)
    }

    @Test func `a worker reads what a loop may not, and within its limit of time`() throws {
        let test = try TestDatabase()
        try test.add("a")
        let results = Results<[String]>()
        test.database.readOnWorker(
            timeLimit: nil,
            { try $0.names() },
            completion: results.expect(0)
        )
        test.database.readOnWorker(
            timeLimit: .milliseconds(5),
            { connection in
                try connection.countForever()
                return []
            },
            completion: results.expect(1)
        )
        test.database.readOnWorker(
            timeLimit: .zero,
            { try $0.names() },
            completion: results.expect(2)
        )
        test.database.readOnWorker(
            timeLimit: .seconds(60),
            { try $0.names() },
            completion: results.expect(3)
        )
        let all = results.wait()
        #expect(try all[0].get() == ["a"])
        #expect((all[1].error as? SQLiteError)?.isInterrupted == true)
        #expect((all[2].error as? SQLiteError)?.isInterrupted == true)
        #expect(try all[3].get() == ["a"])
    }

    @Test func `reads that wait beyond the bound are refused at once`() throws {
        var options = Database.Options.test
        options.maximumWaitingReads = 1
        let test = try TestDatabase(options)
        let gate = DispatchSemaphore(value: 0)
        let results = Results<[String]>()
        for index in 0..<3 {
            test.database.readOnWorker(
                timeLimit: nil,
                { connection in
                    gate.wait()
                    return try connection.names()
                },
                completion: results.expect(index)
            )
        }
        for _ in 0..<2 { gate.signal() }
        let all = results.wait()
        #expect(all.map(\.databaseError) == [nil, nil, .overloaded])
    }

    @Test func `a closed database refuses, and leaves one file with everything in it`() throws {
        let test = try TestDatabase()
        try test.add("a")
        test.database.close()
        test.database.close()
        #expect(throws: DatabaseError.closed) { try test.add("b") }
        let results = Results<[String]>()
        test.database.readOnWorker(
            timeLimit: nil,
            { try $0.names() },
            completion: results.expect(0)
        )
        #expect(results.wait()[0].databaseError == .closed)
        #expect(throws: SQLiteError.self) { try test.names() }
        #expect(!test.folder.contains("koi.db-wal"))
        let again = try Connection(path: test.folder.database, mode: .readWrite)
        #expect(try again.names() == ["a"])
    }
}

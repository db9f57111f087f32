import Synchronization
import Testing

@testable import KoiSQLite

@Suite struct WriterTests {
    @Test func `writes that wait together are committed together`() throws {
        let test = try TestDatabase()
        let before = test.writer.statistics
        let gate = WriterGate(test.writer)
        let results = Results<Int64>()
        for index in 0..<100 {
            test.writer.submit(
                { connection in
                    try connection.add("\(index)")
                    return connection.lastInsertedID
                },
                completion: results.expect(index)
            )
        }
        #expect(test.writer.statistics.waiting == 100)
        gate.open()
        #expect(try results.wait().map { try $0.get() } == Array(1...100))
        let after = test.writer.statistics
        #expect(after.groups - before.groups == 1)
        #expect(after.largestGroup == 100)
        #expect(after.groupSizes[7] == 1)
        #expect(after.waiting == 0)
    }

    @Test func `a group takes no more than its bound`() throws {
        var options = Database.Options.test
        options.writer.groupSize = 10
        let test = try TestDatabase(options)
        let gate = WriterGate(test.writer)
        let results = Results<Void>()
        for index in 0..<25 {
            test.writer.submit({ try $0.add("\(index)") }, completion: results.expect(index))
        }
        gate.open()
        #expect(results.wait().count == 25)
        try test.add("last")
        #expect(test.writer.statistics.groups == 4)
        #expect(try test.names().count == 26)
    }

    @Test func `the answer comes after the commit`() throws {
        let test = try TestDatabase()
        let seen = Results<Int>()
        let isStored = seen.expect(0)
        test.writer.submit(
            { try $0.add("a") },
            completion: { _ in
                isStored(Result { try test.database.reader(0).names().count })
            }
        )
        #expect(try seen.wait()[0].get() == 1)
    }

    @Test func `a body that fails is undone alone`() throws {
        let test = try TestDatabase()
        let gate = WriterGate(test.writer)
        let results = Results<Void>()
        test.writer.submit({ try $0.add("first") }, completion: results.expect(0))
        test.writer.submit(
            { connection in
                try connection.add("undone")
                throw Refusal()
            },
            completion: results.expect(1)
        )
        test.writer.submit({ try $0.add("first") }, completion: results.expect(2))
        test.writer.submit({ try $0.add("last") }, completion: results.expect(3))
        gate.open()
        let all = results.wait()
        #expect(all[0].error == nil)
        #expect(all[1].error is Refusal)
        #expect((all[2].error as? SQLiteError)?.isUniqueConstraint == true)
        #expect(all[3].error == nil)
        #expect(try test.names() == ["first", "last"])
        #expect(test.writer.statistics.rolledBack == 2)
    }

    @Test func `a deferred foreign key fails the one request that breaks it`() throws {
        let test = try TestDatabase()
        try test.writer.sync { connection in
            try connection.execute(
                """
                CREATE TABLE parts (
                    item INTEGER REFERENCES items (id) DEFERRABLE INITIALLY DEFERRED
                ) STRICT
                """
            )
        }
        let gate = WriterGate(test.writer)
        let results = Results<Void>()
        test.writer.submit(
            { _ = try $0.run("INSERT INTO parts VALUES (99)") },
            completion: results.expect(0)
        )
        test.writer.submit({ try $0.add("kept") }, completion: results.expect(1))
        gate.open()
        let all = results.wait()
        #expect((all[0].error as? SQLiteError)?.isForeignKeyConstraint == true)
        #expect(all[1].error == nil)
        #expect(try test.names() == ["kept"])
    }

    @Test func `a completion may submit again`() throws {
        let test = try TestDatabase()
        let results = Results<Void>()
        let last = results.expect(0)
        test.writer.submit(
            { try $0.add("a") },
            completion: { _ in test.writer.submit({ try $0.add("b") }, completion: last) }
        )
        #expect(results.wait()[0].error == nil)
        #expect(try test.names() == ["a", "b"])
    }

    @Test func `a wait on the writer's own queue is refused instead of lasting for ever`() throws {
        let test = try TestDatabase()
        #expect(throws: SQLiteError.self) { try test.writer.sync { _ in try test.add("a") } }
    }

    @Test func `too many that wait are refused, and the others are done`() throws {
        var options = Database.Options.test
        options.writer.maximumWaiting = 2
        let test = try TestDatabase(options)
        let gate = WriterGate(test.writer)
        let results = Results<Void>()
        for index in 0..<3 {
            test.writer.submit({ try $0.add("\(index)") }, completion: results.expect(index))
        }
        gate.open()
        #expect(results.wait().map(\.databaseError) == [nil, nil, .overloaded])
        #expect(try test.names() == ["0", "1"])
        #expect(test.writer.statistics.refused == 1)
    }

    @Test func `a write that waited too long is refused without being begun, and the others are done`() throws {
        let test = try TestDatabase()
        let gate = WriterGate(test.writer)
        let results = Results<Void>()
        for (index, time) in [Duration.zero, nil, .seconds(60), .zero].enumerated() {
            test.writer.submit(within: time, { try $0.add("\(index)") }, completion: results.expect(index))
        }
        gate.open()
        #expect(results.wait().map(\.databaseError) == [.overloaded, nil, nil, .overloaded])
        #expect(try test.names() == ["1", "2"])
        #expect(test.writer.statistics.shed == 2)
    }

    @Test func `what waits is finished before the database closes`() throws {
        let test = try TestDatabase()
        let gate = WriterGate(test.writer)
        let results = Results<Void>()
        for index in 0..<5 {
            test.writer.submit({ try $0.add("\(index)") }, completion: results.expect(index))
        }
        gate.open()
        test.database.close()
        #expect(results.wait().allSatisfy { $0.error == nil })
        let again = try Connection(path: test.folder.database, mode: .readWrite)
        #expect(try again.names().count == 5)
    }

    @Test func `the WAL is moved when long, emptied on request, and its growth can be seen`() throws {
        var options = Database.Options.test
        options.writer.checkpointPages = 4
        let test = try TestDatabase(options)
        try test.database.checkpoint()
        #expect(test.writer.statistics.walPages == 0)
        let checkpoints = test.writer.statistics.checkpoints
        try test.database.read(on: 0) { reader in
            _ = try reader.names()
            for number in 0..<50 { try test.add("\(number)") }
            #expect(test.writer.statistics.walPages >= 50)
        }
        test.database.settle(on: 0, isResting: true)
        try test.writer.exclusive { _ in }
        #expect(test.writer.statistics.checkpoints > checkpoints)
        try test.database.checkpoint()
        #expect(test.writer.statistics.walPages == 0)
        #expect(test.folder.size(of: "koi.db-wal") == 0)
    }
}

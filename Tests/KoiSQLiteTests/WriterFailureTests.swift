import Dispatch
import FaultyDisk
import Glibc
import Testing

@testable import KoiSQLite

@Suite struct WriterFailureTests {
    /// Three writes of one group, of which the second is large.
    private func submitThree(_ test: TestDatabase) -> [Result<Void, any Error>] {
        let gate = WriterGate(test.writer)
        let results = Results<Void>()
        let large = String(repeating: "x", count: 400_000)
        for (index, name) in ["a", large, "c"].enumerated() {
            test.writer.submit({ try $0.add(name) }, completion: results.expect(index))
        }
        gate.open()
        return results.wait()
    }

    @Test func `a database that may not grow fails what it cannot store, and stores no half`()
        throws
    {
        let test = try TestDatabase()
        try test.writer.exclusive { connection in
            let pages = try connection.first("PRAGMA page_count") { $0.int(0) } ?? 0
            try connection.execute("PRAGMA max_page_count = \(pages + 2)")
        }
        let all = submitThree(test)
        #expect(all[1].databaseError == .full)
        let stored = all.indices.filter { all[$0].error == nil }.map { ["a", "x", "c"][$0] }
        #expect(try test.names() == stored)
        #expect(test.writer.statistics.isAvailable)
        try test.writer.exclusive { try $0.execute("PRAGMA max_page_count = 100000") }
        try test.add("later")
        #expect(try test.names() == stored + ["later"])
    }

    @Test(arguments: [0, 1, 3, 20])
    func `a full disk at the commit fails the whole group, and then writes go on`(after: Int) throws {
        let test = try TestDatabase()
        try test.add("before")
        try #require(FaultyDisk.fail(test.folder.path, with: ENOSPC, after: after))
        defer { FaultyDisk.heal(test.folder.path) }
        #expect(submitThree(test).map(\.databaseError) == [.full, .full, .full])
        #expect(try test.names() == ["before"])
        #expect(test.writer.statistics.failed == 3)
        FaultyDisk.heal(test.folder.path)
        try test.add("after")
        #expect(try test.names() == ["before", "after"])
    }

    @Test(arguments: [0, 1, 20])
    func `after an I/O error writes stop until the file is checked`(after: Int) throws {
        let test = try TestDatabase()
        try test.add("before")
        try #require(FaultyDisk.fail(test.folder.path, with: EIO, after: after))
        defer { FaultyDisk.heal(test.folder.path) }
        for result in submitThree(test) {
            guard case .ioError? = result.databaseError else {
                Issue.record("\(result)")
                continue
            }
        }
        // The first attempt to recover fails as well, and the next would come in ten minutes.
        test.writer.queue.sync {}
        #expect(!test.writer.statistics.isAvailable)
        let error = #expect(throws: DatabaseError.self) { try test.add("refused") }
        guard case .unavailable? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try test.names() == ["before"])

        test.writer.queue.sync { test.writer.tryToRecover(nextDelay: .seconds(600)) }
        #expect(!test.writer.statistics.isAvailable)
        FaultyDisk.heal(test.folder.path)
        test.writer.queue.sync { test.writer.tryToRecover(nextDelay: .seconds(600)) }
        #expect(test.writer.statistics.isAvailable)
        #expect(test.writer.statistics.recoveries == 1)
        try test.add("after")
        #expect(try test.names() == ["before", "after"])
    }

    @Test func `the writer recovers by itself`() throws {
        var options = Database.Options.test
        options.writer.recoveryDelay = .milliseconds(1)
        let test = try TestDatabase(options)
        try #require(FaultyDisk.fail(test.folder.path, with: EIO))
        _ = submitThree(test)
        FaultyDisk.heal(test.folder.path)
        while !test.writer.statistics.isAvailable { sched_yield() }
        try test.add("after")
        #expect(try test.names() == ["after"])
    }

    @Test func `writes that wait behind a failing group are refused at once`() throws {
        var options = Database.Options.test
        options.writer.groupSize = 1
        let test = try TestDatabase(options)
        try #require(FaultyDisk.fail(test.folder.path, with: EIO))
        defer { FaultyDisk.heal(test.folder.path) }
        let all = submitThree(test)
        for result in all.dropFirst() {
            guard case .unavailable? = result.databaseError else {
                Issue.record("\(result)")
                continue
            }
        }
        #expect(try test.names() == [])
    }

    @Test func `a failing checkpoint loses nothing and stops no write`() throws {
        let test = try TestDatabase()
        try test.add("a")
        try #require(FaultyDisk.fail(test.folder.path, with: EIO))
        test.writer.queue.sync {
            if let connection = test.writer.connection {
                test.writer.checkpoint(connection, .passive)
            }
        }
        FaultyDisk.heal(test.folder.path)
        #expect(test.writer.statistics.failedCheckpoints == 1)
        try test.add("b")
        #expect(try test.names() == ["a", "b"])
    }
}

import Dispatch
import Glibc
import KoiLock
import Logging

@testable import KoiSQLite

/// A folder of its own for one test, removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/koi-sqlite-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw DatabaseError.ioError("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            unlink("\(path)/\(name)")
        }
        closedir(folder)
        rmdir(path)
    }

    var database: String { path + "/koi.db" }

    func contains(_ name: String) -> Bool {
        access("\(path)/\(name)", F_OK) == 0
    }

    func size(of name: String) -> Int? {
        var status = stat()
        return stat("\(path)/\(name)", &status) == 0 ? Int(status.st_size) : nil
    }
}

/// A database with one table `items(id, name)`.
struct TestDatabase {
    let folder: TemporaryFolder
    let database: Database

    init(_ options: Database.Options = .test) throws {
        folder = try TemporaryFolder()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        logger.handler = SwiftLogNoOpLogHandler()
        database = try Database(path: folder.database, options: options, logger: logger)
        try database.migrate([.items], now: 0)
    }

    var writer: Writer { database.writer }

    func add(_ name: String) throws {
        try writer.sync { try $0.add(name) }
    }

    func names() throws -> [String] {
        try database.read(on: 0) { try $0.names() }
    }
}

extension Database.Options {
    /// No timer fires within a test: it calls what the timers would.
    static var test: Database.Options {
        var options = Database.Options(readers: 2, workers: 1)
        options.readBudget = .unlimited
        options.writer.groupTime = .seconds(600)
        options.writer.idleTime = .seconds(600)
        options.writer.recoveryDelay = .seconds(600)
        return options
    }
}

extension Migration {
    static let items = Migration(
        number: 1,
        name: "items",
        sql: "CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT"
    )
}

extension Connection {
    func add(_ name: String) throws {
        try run("INSERT INTO items (name) VALUES (?)", [.text(name)])
    }

    func names() throws -> [String] {
        try rows("SELECT name FROM items ORDER BY id") { $0.text(0) }
    }

    /// A statement that runs for as long as it is let.
    func countForever() throws {
        _ = try first(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
        ) { $0.int(0) }
    }
}

/// Holds the writer's queue until opened, so that what is submitted meanwhile waits together.
final class WriterGate: Sendable {
    private let entered = DispatchSemaphore(value: 0)
    private let gate = DispatchSemaphore(value: 0)
    private let left = DispatchSemaphore(value: 0)

    init(_ writer: Writer) {
        DispatchQueue(label: "test.gate").async { [self] in
            try? writer.exclusive { _ in
                entered.signal()
                gate.wait()
            }
            left.signal()
        }
        entered.wait()
    }

    func open() {
        gate.signal()
        left.wait()
    }
}

/// The results of several submissions by their order, waited for together.
final class Results<T: Sendable>: Sendable {
    private let results = Lock<[Int: Result<T, any Error>]>([:])
    private let group = DispatchGroup()

    func expect(_ index: Int) -> @Sendable (Result<T, any Error>) -> Void {
        group.enter()
        return { result in
            self.results.withLock { $0[index] = result }
            self.group.leave()
        }
    }

    func wait() -> [Result<T, any Error>] {
        group.wait()
        return results.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
    }
}

extension Result {
    var error: (any Error)? {
        if case .failure(let error) = self { error } else { nil }
    }

    var databaseError: DatabaseError? { error as? DatabaseError }
}

struct Refusal: Error, Equatable {}

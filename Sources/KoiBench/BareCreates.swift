import ArgumentParser
import CSQLite
import Foundation
import Koi
import KoiJSON
import KoiSQLite

/// Records the statements of creates as the service runs them, then runs just these, prepared, in one small loop.
struct BareCreates: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bare",
        abstract: "Creates a second by the bare statements of a create, in groups of 64."
    )

    @Option(help: "A data folder in which no Koi runs; it is not changed.")
    var data: String

    @Option(help: "How many creates.")
    var count = 12_800

    @Option(help: "Creates for each commit.")
    var group = 64

    func run() throws {
        let recorded = try record()
        let replay = try Replay(path: Scratch(copyOf: data), recorded)
        let seconds = try replay.run(group: group)
        print(String(format: "%.0f", Double(count) / seconds))
    }

    /// The statements of each create, in order.
    private func record() throws -> [[(sql: String, values: [SQLValue])]] {
        let scratch = try Scratch(copyOf: data)
        let app = try scratch.app()
        defer { app.database.close() }
        let count = count
        return try app.perform { transaction in
            try (0..<count).map { number in
                var statements: [(sql: String, values: [SQLValue])] = []
                transaction.connection.recorder = { statements.append(($0, $1)) }
                defer { transaction.connection.recorder = nil }
                let made = try RecordService(Customer.resource, transaction)
                    .add(BareCreates.body(number))
                _ = try RecordReader(Customer.resource, transaction).find(made.id)
                return statements
            }
        }
    }

    /// The same shape as the body that `scripts/bench` sends.
    private static func body(_ number: Int) -> JSONObject {
        [
            "name": .string("重庆\(number)精密机械有限公司"), "phone": .string("+86 23 \(600_000_000 + number)"),
            "email": .string("info\(number)@example.com"), "industry": "机械", "region": "重庆",
            "size": .integer(Int64(number % 500)), "tier": "general", "owner": 1, "tags": ["bench"],
        ]
    }
}

/// The recorded statements, prepared once each on a copy of the database that Koi's own code does not touch.
private final class Replay {
    private struct Step {
        let statement: OpaquePointer
        let values: [SQLValue]
    }

    private let scratch: Scratch
    private var database: OpaquePointer?
    private var prepared: [String: OpaquePointer] = [:]
    private var creates: [[Step]] = []

    init(path scratch: Scratch, _ recorded: [[(sql: String, values: [SQLValue])]]) throws {
        self.scratch = scratch
        guard sqlite3_open(scratch.folder.database, &database) == SQLITE_OK else { throw Failed() }
        for pragma in [
            "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -4096",
        ] {
            guard sqlite3_exec(database, "PRAGMA " + pragma, nil, nil, nil) == SQLITE_OK else {
                throw Failed()
            }
        }
        creates = try recorded.map { try $0.map { Step(statement: try prepare($0.sql), values: $0.values) } }
    }

    deinit {
        for statement in prepared.values { sqlite3_finalize(statement) }
        sqlite3_close(database)
    }

    /// The seconds that all creates took, commits included.
    func run(group: Int) throws -> Double {
        let begin = try prepare("BEGIN IMMEDIATE")
        let commit = try prepare("COMMIT")
        let start = DispatchTime.now().uptimeNanoseconds
        for first in stride(from: 0, to: creates.count, by: group) {
            try step(begin)
            for create in creates[first..<min(first + group, creates.count)] {
                for step in create { try run(step) }
            }
            try step(commit)
        }
        return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    }

    private func prepare(_ sql: String) throws -> OpaquePointer {
        if let known = prepared[sql] { return known }
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK, let statement else {
            throw Failed()
        }
        prepared[sql] = statement
        return statement
    }

    private func run(_ step: Step) throws {
        for (index, value) in step.values.enumerated() {
            bind(value, Int32(index + 1), step.statement)
        }
        try self.step(step.statement)
    }

    private func step(_ statement: OpaquePointer) throws {
        var result = sqlite3_step(statement)
        while result == SQLITE_ROW { result = sqlite3_step(statement) }
        guard result == SQLITE_DONE else { throw Failed() }
        sqlite3_reset(statement)
    }

    private func bind(_ value: SQLValue, _ index: Int32, _ statement: OpaquePointer) {
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null: sqlite3_bind_null(statement, index)
        case .integer(let number): sqlite3_bind_int64(statement, index, number)
        case .real(let number): sqlite3_bind_double(statement, index, number)
        case .text(let text):
            sqlite3_bind_text(statement, index, text, Int32(text.utf8.count), transient)
        case .blob(let bytes):
            sqlite3_bind_blob(statement, index, bytes, Int32(bytes.count), transient)
        }
    }

    private struct Failed: Error {}
}

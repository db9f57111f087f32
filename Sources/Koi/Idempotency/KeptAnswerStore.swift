import KoiHTTP
import KoiSQLite

/// The rows of `kept_answers`, and for which records there are some.
///
/// No rules.
struct KeptAnswerStore {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func find(_ mark: [UInt8]) throws -> KeptAnswer? {
        try connection.first("SELECT \(KeptAnswer.columns) FROM kept_answers WHERE mark = ?", [.blob(mark)]) {
            KeptAnswer($0)
        }
    }

    func insert(
        _ request: IdempotentRequest,
        rights: [UInt8],
        status: Int,
        location: String?,
        told: [KeptAnswer.Told],
        sealed: [UInt8]?,
        now: Int64
    ) throws {
        try connection.run(
            """
            INSERT INTO kept_answers (mark, fingerprint, rights, at, status, location, told, answer)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .blob(request.mark), .blob(request.fingerprint), .blob(rights), .integer(now),
                .integer(Int64(status)), .nullable(location), .text(KeptAnswer.text(told)),
                sealed.map(SQLValue.blob) ?? .null,
            ]
        )
        let id = connection.lastInsertedID
        for record in told {
            try connection.run(
                "INSERT OR IGNORE INTO kept_answer_records (resource, record, answer) VALUES (?, ?, ?)",
                [.text(record.resource), .integer(record.record), .integer(id)]
            )
        }
    }

    /// Takes away what the answers tell of a record; that the requests were carried out stays.
    ///
    /// - Returns: how many.
    func empty(of resource: String, _ record: Int64) throws -> Int {
        let count = try connection.run(
            """
            UPDATE kept_answers SET fingerprint = NULL, answer = NULL WHERE id IN (
                SELECT answer FROM kept_answer_records WHERE resource = ? AND record = ?)
            """,
            [.text(resource), .integer(record)]
        )
        try connection.run(
            "DELETE FROM kept_answer_records WHERE resource = ? AND record = ?",
            [.text(resource), .integer(record)]
        )
        return count
    }

    /// Forgets the oldest answers, in the order in which they were given; and what is from beyond the future that may be, as
    /// a clock leaves it that was wrong, since everything after it would wait for that time.
    ///
    /// - Returns: how many.
    func trim(outside times: ClosedRange<Int64>, limit: Int64) throws -> Int {
        let oldest = try connection.rows(
            "SELECT id, at, told FROM kept_answers ORDER BY id LIMIT ?",
            [.integer(limit)]
        ) { (id: $0.int(0), at: $0.int(1), told: KeptAnswer.told($0.text(2))) }
        var count = 0
        for answer in oldest {
            if times.contains(answer.at) { break }
            for told in answer.told {
                try connection.run(
                    "DELETE FROM kept_answer_records WHERE resource = ? AND record = ? AND answer = ?",
                    [.text(told.resource), .integer(told.record), .integer(answer.id)]
                )
            }
            try connection.run("DELETE FROM kept_answers WHERE id = ?", [.integer(answer.id)])
            count += 1
        }
        return count
    }
}

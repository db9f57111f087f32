import KoiJSON
import KoiSQLite

/// The answers that are kept for whoever sends a request again, as far as they show a record.
struct HeldAnswers: PersonalHolding {
    let name = "answers"

    /// Takes away the answers and what tells their requests from others; that these were carried out stays, so that none is
    /// carried out again.
    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        Int64(try KeptAnswerStore(transaction.connection).empty(of: record.resource.name, record.id))
    }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        try transaction.connection.rows(
            """
            SELECT a.at, a.status FROM kept_answer_records AS r JOIN kept_answers AS a ON a.id = r.answer
            WHERE r.resource = ? AND r.record = ? ORDER BY a.id
            """,
            [.text(record.resource.name), .integer(record.id)]
        ) { ["at": .string(Timestamp.text($0.int(0))), "status": .integer($0.int(1))] }
    }
}

import KoiJSON
import KoiSQLite

/// What a record was just before an event and just after it, found by taking back what has happened to it since.
struct RecordPast {
    /// Events that are taken back at most.
    private static let maximumEvents: Int64 = 200

    /// The same as `after` where the event made the record.
    let before: Record
    let after: Record

    /// Nil where it cannot be told: what happened was erased, or there is too much of it.
    ///
    /// - Parameter record: as it is.
    init?(of record: Record, around sequence: Int64, _ connection: Connection) throws {
        let sql = """
            SELECT e.sequence, p.payload FROM events AS e LEFT JOIN event_payloads AS p ON p.sequence = e.sequence
            WHERE e.resource = ? AND e.record = ? AND e.sequence >= ? ORDER BY e.sequence DESC LIMIT ?
            """
        var state = record
        var after: Record?
        var isKnown = true
        try connection.each(
            sql,
            [.text(record.resource.name), .integer(record.id), .integer(sequence), .integer(RecordPast.maximumEvents)]
        ) { row in
            guard let text = row.textOrNil(1), let payload = try JSONReader.read(Array(text.utf8)).objectValue else {
                isKnown = false
                return false
            }
            if row.int(0) == sequence { after = state }
            RecordPast.takeBack(payload, &state)
            return true
        }
        guard isKnown, let after else { return nil }
        self.after = after
        before = state
    }

    private static func takeBack(_ payload: JSONObject, _ record: inout Record) {
        for member in payload["before"]?.objectValue?.members ?? [] where record.resource.field(member.name) != nil {
            record[member.name] = member.value
        }
    }
}

import KoiFormats
import KoiJSON
import KoiSQLite

/// Takes the rows of a file in, one after the other, on behalf of whoever asked for it and with that user's rights.
///
/// How far it got in the file is stored in the transaction of the rows themselves: after a crash it goes on behind the last row
/// that is on disk.
enum ImportJob {
    static let name = "import"
    /// Rows of one chunk, however fast the machine is.
    private static let batch = 500

    static let kind = kind(batch: batch)

    static func kind(batch: Int) -> JobKind {
        JobKind(name) { chunk in
            let transaction = chunk.transaction
            let store = ImportStore(transaction.connection)
            guard let id = chunk.job.parameters["import"]?.integerValue, let order = try store.find(id) else {
                throw ImportRun.gone
            }
            var counts = order.counts
            let run = try ImportRun(order, in: transaction)
            var reader = run.reader(from: order.place)
            let lookup = ImportLookup()
            var end: Import.State?
            let last = counts.rows + Int64(batch)
            while end == nil, chunk.hasTime, counts.rows < last {
                guard let row = try reader.next() else {
                    end = order.settings.isDryRun ? .checked : .done
                    break
                }
                if row.isBlank { continue }
                counts.rows += 1
                switch try run.take(row, lookup, in: transaction) {
                case .success(let outcome): counts.add(outcome)
                case .failure(let problem):
                    counts.refused += 1
                    try store.add(row, run.issues(of: problem), of: id)
                    if order.settings.stopsAtProblem { end = .stopped }
                }
            }
            chunk.done = Int64(reader.place.offset)
            let head = try EventLog.head(transaction.connection).sequence
            try store.progress(id, reader.place, counts, event: head, end, now: transaction.now)
            guard end != nil else { return .more }
            chunk.done = chunk.total ?? chunk.done
            return .done(counts.json)
        }
    }
}

extension Import.Counts {
    mutating func add(_ outcome: ImportRow.Outcome) {
        switch outcome {
        case .created: created += 1
        case .changed: changed += 1
        case .unchanged: unchanged += 1
        }
    }

    var json: JSONObject {
        [
            "rows": .integer(rows), "created": .integer(created), "changed": .integer(changed),
            "unchanged": .integer(unchanged), "refused": .integer(refused),
        ]
    }
}

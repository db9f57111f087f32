import KoiFormats
import KoiHTTP
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
            var pass = try ImportPass(order, in: transaction)
            let last = order.counts.rows + Int64(batch)
            while pass.goesOn, chunk.hasTime, pass.counts.rows < last { try pass.takeNext() }
            chunk.done = Int64(pass.place.offset)
            let head = try EventLog.head(transaction.connection).sequence
            try store.progress(id, pass.place, pass.counts, event: head, pass.end, now: transaction.now)
            if let wait = pass.wait { return .later(transaction.now + wait) }
            guard pass.end != nil else { return .more }
            chunk.done = chunk.total ?? chunk.done
            return .done(pass.counts.json)
        }
    }
}

/// Rows of an import that are taken in one after the other, from where it stands.
private struct ImportPass {
    /// In milliseconds, where a row that is to be tried again does not say when.
    private static let usualWait: Int64 = 60_000

    private let order: Import
    private let run: ImportRun
    private let lookup = ImportLookup()
    private let transaction: Transaction
    private var reader: any RowReader
    /// Behind the last row that was taken, or refused.
    private(set) var place: Place
    private(set) var counts: Import.Counts
    private(set) var end: Import.State?
    /// In milliseconds, until the next row can be tried again.
    private(set) var wait: Int64?

    init(_ order: Import, in transaction: Transaction) throws {
        self.order = order
        self.transaction = transaction
        run = try ImportRun(order, in: transaction)
        reader = run.reader(from: order.place)
        place = order.place
        counts = order.counts
    }

    var goesOn: Bool { end == nil && wait == nil }

    mutating func takeNext() throws {
        guard let row = try reader.next() else {
            end = order.settings.isDryRun ? .checked : .done
            place = reader.place
            return
        }
        if !row.isBlank { try take(row) }
        if wait == nil { place = reader.place }
    }

    private mutating func take(_ row: TableRow) throws {
        switch try run.take(row, lookup, in: transaction) {
        case .success(let outcome): counts.add(outcome)
        case .failure(let problem) where problem.status == .tooManyRequests:
            wait = problem.retryAfter.map { $0 * 1_000 } ?? ImportPass.usualWait
            return
        case .failure(let problem):
            counts.refused += 1
            try ImportStore(transaction.connection).add(row, run.issues(of: problem), of: order.id)
            if order.settings.stopsAtProblem { end = .stopped }
        }
        counts.rows += 1
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

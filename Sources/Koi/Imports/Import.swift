import KoiFormats
import KoiJSON
import KoiSQLite

/// A file that was sent to be taken in, what is to be done with it, and what came of it.
struct Import: Sendable {
    enum State: String, Sendable, CaseIterable {
        case ready
        case running
        /// Tried, and nothing stored.
        case checked
        case done
        /// Ended by a row that could not be taken.
        case stopped
        case cancelled
        case failed
        case undoing
        case undone
    }

    struct Counts: Sendable, Equatable {
        var rows: Int64 = 0
        var created: Int64 = 0
        var changed: Int64 = 0
        var unchanged: Int64 = 0
        var refused: Int64 = 0
    }

    let id: Int64
    let resource: String
    let user: Int64?
    let name: String?
    let format: ImportFormat
    let encoding: String
    let dialect: CSVDialect
    /// Nil once it was deleted.
    let file: String?
    let size: Int
    let columns: [ImportColumn]
    let settings: ImportSettings
    let preview: JSONObject
    let state: State
    let job: Int64?
    let undoJob: Int64?
    /// Where the first row begins, and the next.
    let start: Place
    let place: Place
    let counts: Counts
    let events: ClosedRange<Int64>?
    let undo: JSONObject?
    let failure: JobFailure?
    let createdAt: Int64
    let startedAt: Int64?
    let finishedAt: Int64?
    let expiresAt: Int64
}

/// A column of a file: its heading, and the first values in it.
struct ImportColumn: Sendable, Equatable {
    let heading: String
    let samples: [String]

    init(heading: String, samples: [String] = []) {
        self.heading = heading
        self.samples = samples
    }

    init(_ object: JSONObject) {
        heading = object["heading"]?.stringValue ?? ""
        samples = (object["samples"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    var json: JSONObject {
        ["heading": .string(heading), "samples": .array(samples.map(JSONValue.string))]
    }
}

extension Import {
    /// The columns in the order in which `init(row)` reads them, of the import under `i` and its jobs under `j` and `u`.
    static let selection = """
        i.id, i.resource, i."user", i.name, i.format, i.encoding, i.delimiter, i.quote, i.file, i.size, i.columns, i.settings,
        i.preview, i.state, i.job, i."undoJob", i."offset", i.line, i."rows", i.created, i.changed, i.unchanged, i.refused,
        i."firstEvent", i."lastEvent", i.undo, i."createdAt", i."startedAt", coalesce(i."finishedAt", j."finishedAt"),
        i."expiresAt", j.state, u.state, coalesce(u.error, j.error), i."firstOffset", i."firstLine"
        """

    init(_ row: Row) {
        id = row.int(0)
        resource = row.text(1)
        user = row.intOrNil(2)
        name = row.textOrNil(3)
        // The schema allows no other word.
        format = ImportFormat(rawValue: row.text(4)) ?? .csv
        encoding = row.text(5)
        let delimiter = row.textOrNil(6)?.utf8.first
        let quote = row.textOrNil(7)?.utf8.first
        dialect = CSVDialect(delimiter: delimiter ?? UInt8(ascii: ","), quote: quote ?? UInt8(ascii: "\""))
        file = row.textOrNil(8)
        size = Int(row.int(9))
        columns = (Import.value(row.text(10)).arrayValue ?? []).map { ImportColumn($0.objectValue ?? [:]) }
        settings = ImportSettings(Import.value(row.text(11)).objectValue ?? [:])
        preview = Import.value(row.text(12)).objectValue ?? [:]
        let jobs = (row.textOrNil(30).flatMap(Job.State.init), row.textOrNil(31).flatMap(Job.State.init))
        state = Import.state(State(rawValue: row.text(13)) ?? .ready, job: jobs.0, undo: jobs.1)
        job = row.intOrNil(14)
        undoJob = row.intOrNil(15)
        place = Place(offset: Int(row.int(16)), line: Int(row.int(17)))
        counts = Counts(
            rows: row.int(18),
            created: row.int(19),
            changed: row.int(20),
            unchanged: row.int(21),
            refused: row.int(22)
        )
        if let first = row.intOrNil(23), let last = row.intOrNil(24), first <= last {
            events = first...last
        } else {
            events = nil
        }
        undo = row.textOrNil(25).flatMap { Import.value($0).objectValue }
        createdAt = row.int(26)
        startedAt = row.intOrNil(27)
        finishedAt = row.intOrNil(28)
        expiresAt = row.int(29)
        start = Place(offset: Int(row.int(33)), line: Int(row.int(34)))
        failure = row.textOrNil(32).flatMap { Import.value($0).objectValue }.flatMap(JobFailure.init(stored:))
    }

    /// A job that ended otherwise than by its own work says so itself.
    private static func state(_ stored: State, job: Job.State?, undo: Job.State?) -> State {
        switch (stored, job, undo) {
        case (.running, .cancelled, _): .cancelled
        case (.running, .failed, _): .failed
        case (.undoing, _, .cancelled), (.undoing, _, .failed): .done
        default: stored
        }
    }

    static func value(_ text: String) -> JSONValue {
        (try? JSONReader.read(Array(text.utf8))) ?? .null
    }

    /// Where this job's events name it in place of a request.
    var request: String? { job.map { "job-" + String($0) } }
    var isAtWork: Bool { state == .running || state == .undoing }
}

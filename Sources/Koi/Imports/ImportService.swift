import KoiFormats
import KoiHTTP
import KoiJSON
import KoiSQLite

/// Imports as their makers see them: to be looked at, set up, begun, cancelled and taken back.
struct ImportService {
    /// Rows that are tried for the preview, and those that it shows.
    private static let previewRows = 40
    private static let shownRows = 5

    private let transaction: Transaction
    private let store: ImportStore

    init(_ transaction: Transaction) {
        self.transaction = transaction
        store = ImportStore(transaction.connection)
    }

    /// One's own; all of them where nothing is withheld.
    ///
    /// - Throws: `Problem.notFound`
    func find(_ id: Int64) throws -> Import {
        guard let order = try store.find(id), transaction.actor.access.isFull || order.user == transaction.actor.user,
            transaction.actor.access.allows(.import, on: order.resource)
        else { throw Problem.notFound(Text("import", "导入")) }
        return order
    }

    /// The newest first.
    func list(before id: Int64?, limit: Int) throws -> [Import] {
        let actor = transaction.actor
        guard actor.access.isFull || actor.user != nil else { return [] }
        return try store.list(of: actor.access.isFull ? nil : actor.user, before: id, limit: limit)
    }

    /// Writes down a file that was taken in.
    func add(_ new: ImportStore.New) throws -> Import {
        let actor = transaction.actor
        try actor.require(.import, on: new.resource)
        let id = try store.insert(
            new,
            user: actor.user,
            now: transaction.now,
            expiresAt: transaction.now + ImportIntake.keptFor
        )
        try store.set(new.settings, preview: try preview(of: find(id)), of: id)
        return try find(id)
    }

    /// Changes how it is to be taken in.
    ///
    /// - Throws: `Problem.invalid`; `Problem.conflict` once it has begun.
    func change(_ id: Int64, _ body: JSONObject) throws -> Import {
        let order = try find(id)
        try requireIdle(order)
        let settings = try order.settings.changed(by: body)
        try store.set(settings, preview: [:], of: id)
        let changed = try find(id)
        _ = try ImportRun(changed, in: transaction)
        try store.set(settings, preview: try preview(of: changed), of: id)
        return try find(id)
    }

    /// Has a job take the rows in.
    func begin(_ id: Int64) throws -> Import {
        let order = try find(id)
        try requireIdle(order)
        _ = try ImportRun(order, in: transaction)
        let job = try transaction.jobs.add(
            NewJob(
                ImportJob.name,
                parameters: ["import": .integer(id)],
                total: Int64(order.size),
                isBoundToKey: true
            )
        )
        let head = try EventLog.head(transaction.connection).sequence
        // What comes after this event is the import's.
        try store.begin(id, job: job, from: order.start, event: head + 1, now: transaction.now)
        try log("begun", order, ["job": .integer(job), "dryRun": .bool(order.settings.isDryRun)])
        return try find(id)
    }

    /// Ends it before its next row; what was taken stays.
    func cancel(_ id: Int64) throws -> Import {
        let order = try find(id)
        guard order.isAtWork, let job = order.state == .undoing ? order.undoJob : order.job else {
            throw Problem.conflict("not_running", Text("This import is not at work.", "此导入未在运行。"))
        }
        _ = try transaction.jobs.cancel(job)
        return try find(id)
    }

    /// Has a job take it back.
    func undo(_ id: Int64) throws -> Import {
        let order = try find(id)
        guard order.events != nil, !order.settings.isDryRun,
            [.done, .stopped, .cancelled, .failed].contains(order.state)
        else {
            throw Problem.conflict(
                "nothing_to_undo",
                Text(
                    "Only what has been imported, and is not being imported now, can be taken back.",
                    "只能撤销已完成且未在运行的导入。"
                )
            )
        }
        let job = try transaction.jobs.add(
            NewJob(
                ImportUndo.name,
                parameters: ["import": .integer(id)],
                total: order.counts.created + order.counts.changed,
                isBoundToKey: true
            )
        )
        try store.beginUndo(id, job: job)
        try log("undone", order, ["job": .integer(job)])
        return try find(id)
    }

    /// Deletes its file and what it says of others; what was imported stays.
    func remove(_ id: Int64) throws {
        let order = try find(id)
        guard !order.isAtWork else { throw ImportService.atWork }
        try ImportRemoval(transaction).empty(order)
    }

    // MARK: Helpers

    private func requireIdle(_ order: Import) throws {
        guard order.file != nil else { throw ImportService.gone }
        guard order.state == .ready || order.state == .checked else {
            throw order.isAtWork
                ? ImportService.atWork
                : Problem.conflict(
                    "import_ended",
                    Text("This import has been made. Send the file again for another.", "此导入已执行。如需再次导入，请重新发送文件。")
                )
        }
    }

    private static let atWork = Problem.conflict(
        "import_running",
        Text("This import is at work. Wait for its end, or cancel it.", "此导入正在运行，请等待其结束或取消。")
    )
    private static let gone = Problem.conflict("file_gone", ImportRun.gone.message)

    private func log(_ verb: String, _ order: Import, _ after: JSONObject) throws {
        try transaction.events.append(
            Event(
                type: "import." + verb,
                subject: EventSubject(resource: "imports", id: order.id),
                payload: [
                    "after": .object(
                        JSONObject([.init(name: "resource", value: .string(order.resource))] + after.members)
                    )
                ]
            ),
            in: transaction
        )
    }

    /// What the first rows would come to.
    private func preview(of order: Import) throws -> JSONObject {
        guard let run = try? ImportRun(order, in: transaction, isPreview: true) else { return [:] }
        var reader = run.reader(from: order.start)
        let lookup = ImportLookup()
        var rows: [JSONValue] = []
        var problems: [JSONValue] = []
        var count = 0
        while count < ImportService.previewRows, let row = try reader.next() {
            if row.isBlank { continue }
            count += 1
            if rows.count < ImportService.shownRows, row.fault == nil {
                rows.append([
                    "line": .integer(Int64(row.place.line)), "values": .object(run.mapping.content(of: row).body),
                ])
            }
            guard case .failure(let problem) = try run.take(row, lookup, in: transaction) else {
                continue
            }
            // It is asked again when the rows are taken in.
            if problem.status == .tooManyRequests { break }
            for issue in run.issues(of: problem) {
                problems.append([
                    "line": .integer(Int64(row.place.line)), "field": .string(issue.field), "code": .string(issue.code),
                    "en": .string(issue.message.en), "zh": .string(issue.message.zh),
                ])
            }
        }
        return ["rows": .array(rows), "problems": .array(problems)]
    }
}

/// Takes away the files of imports.
struct ImportRemoval {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Deletes the file once the change is on disk.
    func empty(_ order: Import) throws {
        try ImportStore(transaction.connection).empty(order.id)
        guard let file = order.file else { return }
        let folder = transaction.catalog.imports
        transaction.whenCommitted { folder.remove(file) }
    }
}

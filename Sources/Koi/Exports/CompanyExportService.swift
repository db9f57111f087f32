import KoiJSON
import KoiSQLite

/// Exports of the whole company: for those from whom nothing is withheld.
struct CompanyExportService {
    /// An export holds everybody's data, so it does not lie about.
    static let keptFor: Int64 = 24 * 3_600_000
    /// Files that may be kept at a time.
    private static let maximumKept = 3

    private let transaction: Transaction
    private let store: CompanyExportStore

    /// - Throws: `Problem` 403 where anything is withheld from the actor.
    init(_ transaction: Transaction) throws {
        guard transaction.actor.access.isFull else {
            throw Problem.forbidden(
                "not_permitted",
                "All that the company has is for those from whom nothing is withheld: administrators.",
                "只有不受任何权限限制的管理员才能导出公司的全部数据。"
            )
        }
        self.transaction = transaction
        store = CompanyExportStore(transaction.connection)
    }

    /// Has a job write one.
    func add() throws -> CompanyExport {
        let newest = try store.list(limit: CompanyExportService.maximumKept * 4)
        guard !newest.contains(where: { $0.state == .running }) else {
            throw Problem.conflict(
                "export_running",
                Text("An export is being written. Wait for its end, or delete it.", "正在生成导出文件，请等待完成或将其删除。")
            )
        }
        guard try store.holding().count < CompanyExportService.maximumKept else {
            throw Problem.conflict(
                "too_many_exports",
                Text(
                    "\(CompanyExportService.maximumKept) exports are kept. Delete one that is not needed any more.",
                    "已保留 \(CompanyExportService.maximumKept) 个导出文件，请先删除不再需要的文件。"
                )
            )
        }
        let id = try store.insert(user: transaction.actor.user, now: transaction.now)
        let job = try transaction.jobs.add(NewJob(CompanyExportJob.name, parameters: ["export": .integer(id)]))
        try store.set(job: job, of: id)
        try log("begun", id)
        return try find(id)
    }

    /// - Throws: `Problem.notFound`
    func find(_ id: Int64) throws -> CompanyExport {
        guard let export = try store.find(id) else { throw Problem.notFound(Text("export", "导出")) }
        return export
    }

    /// The newest first.
    func list(before id: Int64?, limit: Int) throws -> [CompanyExport] {
        try store.list(before: id, limit: limit)
    }

    /// The name of its file, for whoever takes it; that is an event before it goes out.
    ///
    /// - Throws: `Problem.conflict` where it has none.
    func file(of id: Int64) throws -> String {
        let export = try find(id)
        guard let file = export.file, (export.expiresAt ?? 0) > transaction.now else {
            throw export.state == .running ? CompanyExportService.notReady : CompanyExportService.gone
        }
        transaction.owe { try CompanyExportService($0).log("taken", id) }
        return file
    }

    static let notReady = Problem.conflict(
        "not_ready",
        Text("This export is still being written.", "导出文件仍在生成中。")
    )
    static let gone = Problem.conflict(
        "file_gone",
        Text("The file of this export is gone. Make another.", "导出文件已不存在，请重新导出。")
    )

    /// Deletes its file; one that is being written is ended.
    func remove(_ id: Int64) throws {
        let export = try find(id)
        if export.state == .running { _ = try transaction.jobs.cancel(export.job) }
        try empty(export)
        try log("removed", id)
    }

    /// Takes the file away once that is on disk.
    func empty(_ export: CompanyExport) throws {
        try store.empty(export.id)
        guard let file = export.file else { return }
        let folder = transaction.catalog.exports
        transaction.whenCommitted { folder.remove(file) }
    }

    private func log(_ verb: String, _ id: Int64) throws {
        try transaction.events.append(
            Event(
                type: "export." + verb,
                subject: EventSubject(resource: "exports", id: id),
                payload: [:]
            ),
            in: transaction
        )
    }
}

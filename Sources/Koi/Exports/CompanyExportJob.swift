import KoiJSON
import KoiSQLite

/// Writes the file of an export: all of it as it was at one moment, read on a connection of its own, beside the writer.
///
/// Who is erased meanwhile must not be in it. So the end of the writing asks, in the transaction that makes the file one that can be taken,
/// whether anybody was, and if so it is written anew.
enum CompanyExportJob {
    static let name = "exportCompany"
    /// How often it is written anew before it is given up for now.
    private static let tries = 5

    static let kind = JobKind(
        name,
        task: { task in
            guard let id = task.job.parameters["export"]?.integerValue else { throw JobFailure.unknownKind }
            for _ in 0..<tries {
                try task.checkInterruption()
                if let made = try write(id, task) {
                    return ["lines": .integer(made.lines), "size": .integer(made.size)]
                }
            }
            throw JobFailure(
                "erased_meanwhile",
                Text("People were erased again and again while it was written.", "生成期间不断有人员信息被删除。")
            )
        }
    )

    /// - Returns: nil where somebody was erased, or it was deleted, meanwhile.
    private static func write(_ id: Int64, _ task: JobTask) throws -> CompanyExportFile? {
        let app = task.app
        let folder = app.catalog.exports
        let known = try app.perform { transaction in
            let store = CompanyExportStore(transaction.connection)
            try store.begin(id)
            return try store.files()
        }
        // There is one such job at a time, and what it left half written when it was cut off nobody reads.
        folder.keepOnly(known)
        let name = "company-\(id)-\(Base64URL.encode(app.randomness.bytes(9))).ndjson"
        let made = try fill(name, app, check: task.checkInterruption)
        do {
            let isCurrent = try app.perform { transaction in
                try CompanyExportStore(transaction.connection).finish(
                    id,
                    made,
                    now: transaction.now,
                    expiresAt: transaction.now + CompanyExportService.keptFor
                )
            }
            if !isCurrent { folder.remove(name) }
            return isCurrent ? made : nil
        } catch {
            folder.remove(name)
            throw error
        }
    }

    private static func fill(
        _ name: String,
        _ app: App,
        check: @escaping () throws -> Void
    ) throws -> CompanyExportFile {
        let connection = try Connection(path: app.folder.database, mode: .readOnly)
        defer { connection.close() }
        return try connection.snapshot {
            var lines = try CompanyExportLines(app.catalog.exports, name)
            let company = try Company(connection, app, check)
            try lines.add(company.header())
            let leftOut = try company.each { try lines.add($0) }
            return try lines.finish(leftOut, position: company.position())
        }
    }
}

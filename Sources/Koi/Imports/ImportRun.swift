import KoiFormats
import KoiHTTP
import KoiJSON
import KoiSQLite

/// An import with its file open and its mapping understood: what a chunk of the job, and a preview, work with.
struct ImportRun {
    let order: Import
    let resource: Resource
    let mapping: ImportMapping
    private let file: ImportFile
    private let isPreview: Bool
    /// The rows so far, where they are undone in any case.
    private let tried: TriedRows?

    /// - Parameter isPreview: whether the rows are only tried, and nothing told of what the actor may not see.
    /// - Throws: `Problem` where the right to import is not given any more, or the mapping is not good;
    ///   `JobFailure` where the file is gone.
    init(_ order: Import, in transaction: Transaction, isPreview: Bool = false) throws {
        guard let resource = transaction.catalog.resources[order.resource] else { throw ImportRun.gone }
        try transaction.actor.require(.import, on: resource.name)
        self.order = order
        self.resource = resource
        mapping = try ImportMapping(
            order,
            resource,
            transaction.catalog.customFields.current.fields(of: resource.name)
        )
        guard let name = order.file, let file = try? transaction.catalog.imports.open(name) else {
            throw ImportRun.gone
        }
        self.file = file
        self.isPreview = isPreview
        let isTried = isPreview || order.settings.isDryRun
        tried = isTried ? TriedRows(isPreview ? nil : order.job, transaction.connection) : nil
    }

    func reader(from place: Place) -> any RowReader {
        order.reader(file.window(), from: place)
    }

    /// Takes a row in within a savepoint of its own.
    ///
    /// - Returns: what came of it, or what is wrong with it: 429 for a row that is to be tried again later.
    func take(
        _ row: TableRow,
        _ lookup: ImportLookup,
        in outer: Transaction
    ) throws -> Result<ImportRow.Outcome, Problem> {
        let transaction = outer.part()
        let duplicates: DuplicatePolicy = order.settings.allowsDuplicate ? .off : isPreview ? .visible : .all
        do {
            let outcome = try outer.connection.savepoint {
                let taken = try ImportRow(resource, mapping, lookup, refusing: duplicates, after: tried)
                    .take(row, in: transaction)
                if tried != nil { throw Tried(row: taken) }
                return taken.outcome
            }
            outer.absorb(transaction)
            return .success(outcome)
        } catch let undone as Tried {
            try tried?.add(undone.row.marks, line: Int64(row.place.line))
            return .success(undone.row.outcome)
        } catch let problem as Problem where problem.status.code < 500 {
            return .failure(problem)
        } catch let error as SQLiteError where error.isConstraint {
            return .failure(.conflict("conflict", Text("The row does not agree with what is stored.", "该行与已存储的数据冲突。")))
        }
    }

    /// What is wrong with a row, in the words of its file.
    func issues(of problem: Problem) -> [Problem.Issue] {
        guard !problem.issues.isEmpty else {
            return [Problem.Issue(field: "", code: problem.code, message: problem.detail)]
        }
        return problem.issues.map { issue in
            guard let heading = mapping.heading(of: issue.field) else { return issue }
            return Problem.Issue(field: "\(heading) (\(issue.field))", code: issue.code, message: issue.message)
        }
    }

    /// Undoes a row that was only tried.
    private struct Tried: Error {
        let row: ImportRow.Taken
    }

    static let gone = JobFailure(
        "file_gone",
        Text(
            "The file of this import is not there any more. Send it again.",
            "此次导入的文件已不存在，请重新发送。"
        )
    )
}

extension Import {
    /// Reads the rows of its file from a place on.
    func reader(_ window: ByteWindow, from place: Place) -> any RowReader {
        switch format {
        case .csv: CSVReader(window, dialect, width: columns.count, from: place)
        case .ndjson: JSONLinesReader(window, columns: columns.map(\.heading), from: place)
        case .vcard: VCardReader(window, from: place)
        }
    }
}

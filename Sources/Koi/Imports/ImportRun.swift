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

    /// - Throws: `Problem` where the right to import is not given any more, or the mapping is not good;
    ///   `JobFailure` where the file is gone.
    init(_ order: Import, in transaction: Transaction) throws {
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
    }

    func reader(from place: Place) -> any RowReader {
        order.reader(file.window(), from: place)
    }

    /// Takes a row in within a savepoint of its own.
    ///
    /// - Parameter isTried: whether it is undone in any case, as in a dry run.
    /// - Returns: what came of it, or what is wrong with it.
    func take(
        _ row: TableRow,
        _ lookup: ImportLookup,
        in outer: Transaction,
        isTried: Bool = false
    ) throws -> Result<ImportRow.Outcome, Problem> {
        let transaction = outer.part()
        do {
            let outcome = try outer.connection.savepoint {
                let outcome = try ImportRow(resource, mapping, lookup).take(row, in: transaction)
                if isTried || order.settings.isDryRun { throw Tried(outcome: outcome) }
                return outcome
            }
            outer.absorb(transaction)
            return .success(outcome)
        } catch let tried as Tried {
            return .success(tried.outcome)
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
        let outcome: ImportRow.Outcome
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

import KoiFormats
import KoiJSON
import KoiSQLite

/// Takes one row in: finds the record that it is about, or makes one, through `RecordService` as any client would.
struct ImportRow {
    enum Outcome: Equatable {
        case created
        case changed
        case unchanged
    }

    /// What came of a row.
    struct Taken {
        let outcome: Outcome
        /// By what the record that it made is known, where it was only tried.
        var marks: [Int64] = []
    }

    private let resource: Resource
    private let mapping: ImportMapping
    private let lookup: ImportLookup
    private let duplicates: DuplicatePolicy
    private let tried: TriedRows?

    /// - Parameters:
    ///   - duplicates: what is refused since it may be there already.
    ///   - tried: the rows before, where all of them are only tried.
    init(
        _ resource: Resource,
        _ mapping: ImportMapping,
        _ lookup: ImportLookup,
        refusing duplicates: DuplicatePolicy,
        after tried: TriedRows?
    ) {
        self.duplicates = duplicates
        self.tried = tried
        self.resource = resource
        self.mapping = mapping
        self.lookup = lookup
    }

    /// - Parameter transaction: one of its own, so that nothing of a row that is undone is done after the commit.
    /// - Throws: `Problem` for a row that cannot be taken.
    func take(_ row: TableRow, in transaction: Transaction) throws -> Taken {
        if let fault = row.fault { throw Problem.invalid([fault.issue]) }
        var content = mapping.content(of: row)
        guard content.issues.isEmpty else { throw Problem.invalid(content.issues) }
        try lookup.resolve(&content.body, of: resource, in: transaction)
        let service = RecordService(resource, transaction)
        if mapping.settings.mode != .create, let id = try found(content, transaction) {
            let before = try service.find(id)
            let after = try service.change(id, body(of: content, beside: before))
            return Taken(outcome: after.version == before.version ? .unchanged : .changed)
        }
        if mapping.settings.mode == .update { throw Problem.invalid([ImportRow.nothingThere.issue(field: keyName)]) }
        let key = keyMark(of: content)
        // The record that an earlier row would have made.
        if let key, try tried?.line(of: key) != nil { return Taken(outcome: .changed) }
        let record = try service.add(body(of: content, beside: nil), refusing: duplicates)
        let marks = try tried?.marks(of: record, refusing: duplicates, in: transaction) ?? []
        return Taken(outcome: .created, marks: marks + (key.map { [$0] } ?? []))
    }

    /// Of a row that changes what has the same key.
    private func keyMark(of content: ImportMapping.Content) -> Int64? {
        guard tried != nil, mapping.settings.mode == .createOrUpdate, let key = content.key, !key.isEmpty else {
            return nil
        }
        return TriedRows.mark(ofKey: key, resource.field(keyName)?.search)
    }

    /// A column has one key of a record; those of other systems stay.
    private func body(of content: ImportMapping.Content, beside before: Record?) -> JSONObject {
        guard !content.externals.isEmpty else { return content.body }
        var body = content.body
        let name = SystemField.externalIDs.name
        let systems = content.externals.map(\.system)
        let others = ExternalID.list(body[name] ?? before?[name] ?? .null).filter { !systems.contains($0.system) }
        body[name] = .array((others + content.externals).map(\.json))
        return body
    }

    private var keyName: String { mapping.settings.key ?? "" }

    private func found(_ content: ImportMapping.Content, _ transaction: Transaction) throws -> Int64? {
        guard let key = content.key, !key.isEmpty else {
            // Without a key a row is about nothing that is there.
            if mapping.settings.mode == .update { throw Problem.invalid([ImportRow.noKey.issue(field: keyName)]) }
            return nil
        }
        if keyName == "id" {
            guard let id = content.id else { throw Problem.invalid([ImportRow.noKey.issue(field: keyName)]) }
            let query = RecordSQL.exists(id, resource, transaction.visibility(of: resource))
            let isThere = try transaction.connection.first(query.sql, query.values) { _ in true }
            guard isThere == nil else { return id }
            // A number is Koi's to give: what has one and is not there is not made anew under another.
            throw Problem.invalid([ImportRow.nothingThere.issue(field: keyName)])
        }
        if let id = content.externals.first(where: { ImportTarget.external($0.system).name == keyName }) {
            return try ExternalIDSearch(transaction).find(id, of: resource)
        }
        return try lookup.record(of: resource, where: keyName, is: key, in: transaction)
    }

    private static let noKey = ValueRefusal(
        "no_key",
        "This row has no value by which its record would be known.",
        "该行没有用于识别记录的值。"
    )
    private static let nothingThere = ValueRefusal(
        "nothing_there",
        "There is no record with this value.",
        "没有具有此值的记录。"
    )
}

extension RowFault {
    /// What is wrong with the row, in words.
    var issue: Problem.Issue { Problem.Issue(field: "", code: code, message: message) }

    private var message: Text {
        switch self {
        case .encoding(let line, let character):
            Text(
                "Line \(line) has bytes at character \(character) that mean nothing in the encoding of the file.",
                "第 \(line) 行第 \(character) 个字符处的字节在文件编码中没有意义。"
            )
        case .textAfterQuote(let line):
            Text(
                "In line \(line) text follows a closing quote: within a cell, write a quote twice.",
                "第 \(line) 行的右引号后面还有文字：单元格内的引号须写两次。"
            )
        case .unclosedQuote:
            Text("A quote is opened and never closed.", "引号没有闭合。")
        case .cellTooLong(let limit):
            Text("A cell is larger than \(limit >> 20) MiB.", "有单元格超过 \(limit >> 20) MiB。")
        case .rowTooLong(let limit):
            Text("The row is larger than \(limit >> 20) MiB.", "该行超过 \(limit >> 20) MiB。")
        case .tooManyCells(let limit):
            Text("The row has more than \(limit) cells.", "该行超过 \(limit) 个单元格。")
        case .cellCount(let count, let expected):
            Text(
                "The row has \(count) cells; the headings are \(expected).",
                "该行有 \(count) 个单元格，而标题有 \(expected) 个。"
            )
        case .notJSON(let detail):
            Text("The line is not JSON: \(detail)", "该行不是 JSON：\(detail)")
        case .notObject:
            Text("The line is no JSON object.", "该行不是 JSON 对象。")
        case .unknownMember(let name):
            Text("No column is called \"\(name)\".", "没有名为“\(name)”的列。")
        case .notCard:
            Text("Cards begin with BEGIN:VCARD; this line stands between them.", "名片以 BEGIN:VCARD 开头，此行在名片之外。")
        case .unclosedCard:
            Text("The card has no END:VCARD.", "名片缺少 END:VCARD。")
        }
    }
}

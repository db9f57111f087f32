import KoiHTTP
import KoiJSON
import KoiSQLite

/// A list with all of its filters and its order, as a file that is written while it is sent: page after page by the position
/// behind the last row, so that neither a snapshot nor memory is held for a slow reader.
///
/// A record that changes meanwhile comes as it is when its page is read; one that changes its place in the order may come twice
/// or not at all, which the feed of changes after the position in the answer puts right.
struct RecordExport: Sendable {
    private static let rows = 500
    /// Names the newest change before the first row.
    static let positionField = "Koi-Changes-After"

    private let resource: Resource
    private let form: ExportForm
    private let query: ListQuery
    private let language: Language

    init(_ resource: Resource, _ form: ExportForm, _ query: ListQuery, _ language: Language) {
        self.resource = resource
        self.form = form
        var query = query
        query.limit = RecordExport.rows
        self.query = query
        self.language = language
    }

    func answer(to call: Call, _ app: App) throws -> Answer {
        let transaction = try call.transaction()
        let rows = try query.search == nil ? RecordReader(resource, transaction, for: .export).count(query) : nil
        transaction.owe(Export(resource, form, parameters: call.query, rows: rows).log)
        let head = try transaction.catalog.eventHub.head(in: transaction.connection)
        let position = LogPosition(head, of: transaction.catalog.log)
        let pages = StreamedPages(app, call.request, from: "") { transaction, cursor in
            try page(cursor, transaction)
        }
        return .stream(pages, type: form.contentType, fields: [(RecordExport.positionField, position.text)])
    }

    private func page(_ cursor: String, _ transaction: Transaction) throws -> (bytes: [UInt8], next: String?) {
        try RecordPermission(resource, transaction).checkExport()
        let reader = RecordReader(resource, transaction, for: .export)
        var query = query
        query.cursor = cursor.isEmpty ? nil : cursor
        let json =
            try query.search.map { try RecordSearch(resource, transaction, for: .export).list($0, query) }
            ?? reader.list(query)
        let page = try JSONReader.read(json, limits: JSONLimits(members: .max)).objectValue ?? [:]
        let items = (page["items"]?.arrayValue ?? []).compactMap(\.objectValue)
        return (write(items, isFirst: cursor.isEmpty, reader), page["next"]?.stringValue)
    }

    private func write(_ items: [JSONObject], isFirst: Bool, _ reader: RecordReader) -> [UInt8] {
        var bytes: [UInt8] = []
        switch form {
        case .csv:
            let columns = reader.columns(query.selection, language)
            if isFirst {
                bytes = CSV.byteOrderMark
                CSV.append(columns.headings, to: &bytes)
            }
            for item in items { CSV.append(columns.cells(item), to: &bytes) }
        case .ndjson:
            for item in items {
                var json = JSONWriter(capacity: 1_024)
                json.value(.object(item))
                bytes += json.bytes
                bytes.append(0x0A)
            }
        case .vcard:
            let writer = VCardWriter(resource)
            for item in items { writer.write(item, to: &bytes) }
        }
        return bytes
    }
}

package import KoiJSON
package import KoiSQLite

/// Turns rows into JSON bytes by the field list, with nothing between the column and the buffer.
package final class RecordEncoder: Sendable {
    /// A column as numbers alone: going through them copies no reference, which would cost as much as the rest.
    private struct Column: Sendable {
        /// Where the key stands in `keys`.
        let key: Range<Int>
        /// Where the value stands in the row; that of the id for links, which have a table of their own.
        let index: Int
        /// Nil for a special form.
        let form: ColumnForm?
        /// Where a special form stands in `special`.
        let special: Int
    }

    private enum SpecialForm: Sendable {
        case custom
        /// The named resource's record in full.
        case expanded(String)
        case links(LinkEncoder)
        /// So much of a text as the actor may see.
        case masked(Mask)
    }

    /// The name of the resource and its table.
    package let resource: String
    /// The columns to select from alias `t`, in the order that `write` expects; `id` always comes first.
    package let selection: String
    package let columnCount: Int
    /// Selects one living record by its id; the version follows the selection.
    package let findSQL: String
    /// The written fields that are held back from others; custom fields as `custom.colour`.
    let watched: Set<String>
    private let columns: [Column]
    private let special: [SpecialForm]
    /// All keys one after the other, each as `JSONKey` encodes it.
    private let keys: [UInt8]

    /// - Parameters:
    ///   - selection: the fields to write, and the references to write as whole records.
    ///   - restrictions: what of the fields is held back from the actor.
    ///   - guarded: the fields that are held back from others.
    package init(
        _ resource: String,
        _ fields: [Field],
        _ selection: Selection = Selection(),
        _ restrictions: FieldRestrictions = .none,
        guarded: Set<String> = []
    ) {
        self.resource = resource
        var selected = ["t.\"id\""]
        var columns: [Column] = []
        var special: [SpecialForm] = []
        var keys: [UInt8] = []
        var watched: Set<String> = []
        for field in fields where selection.fields?.contains(field.name) ?? true {
            let reading = restrictions.reading(field.name)
            guard reading != .hidden else { continue }
            if reading == .clear, !guarded.isEmpty { watched.formUnion(restrictions.clear(of: guarded, within: field)) }
            var index = 0
            if field.name != "id", !field.isLinks {
                index = selected.count
                selected.append("t." + Dialect.quoted(field.name))
            }
            let mask = reading == .masked ? Mask(field.kind) ?? .text : nil
            let form =
                mask.map(SpecialForm.masked)
                ?? RecordEncoder.special(field, selection.expand.contains(field.name))
            let start = keys.count
            keys += JSONKey(field.name).encoded
            columns.append(
                Column(
                    key: start..<keys.count,
                    index: index,
                    form: form == nil ? field.kind.form : nil,
                    special: special.count
                )
            )
            if let form { special.append(form) }
        }
        self.columns = columns
        self.special = special
        self.keys = keys
        self.watched = watched
        self.selection = selected.joined(separator: ", ")
        columnCount = selected.count
        findSQL = """
            SELECT \(self.selection), t."version" FROM \(Dialect.quoted(resource)) AS t \
            WHERE t."id" = ? AND t."removedAt" IS NULL
            """
    }

    /// Writes one row as an object.
    ///
    /// `more` may add members of its own before the object ends.
    ///
    /// - Parameter isShown: whether the row is sure to be part of the answer; who writes some for a choice among them notes
    ///   what is seen by itself.
    package func write(
        _ row: Row,
        into json: inout JSONWriter,
        for reading: Reading,
        isShown: Bool = true,
        more: (inout JSONWriter) -> Void = { _ in }
    ) throws {
        json.beginObject()
        try keys.withUnsafeBufferPointer { keys in
            for place in columns.indices {
                let column = columns[place]
                json.key(encoded: UnsafeBufferPointer(rebasing: keys[column.key]))
                if let form = column.form {
                    form.write(row, column.index, into: &json)
                } else {
                    try write(special[column.special], column.index, row, into: &json, for: reading)
                }
            }
        }
        more(&json)
        json.endObject()
        if isShown, !watched.isEmpty { reading.saw(watched, of: row.int(0), resource) }
    }

    private static func special(_ field: Field, _ isExpanded: Bool) -> SpecialForm? {
        switch field.kind {
        case .custom: .custom
        case .links(let links): .links(LinkEncoder(links, isExpanded: isExpanded))
        case .reference(let target) where isExpanded: .expanded(target)
        default: nil
        }
    }

    private func write(
        _ form: SpecialForm,
        _ index: Int,
        _ row: Row,
        into json: inout JSONWriter,
        for reading: Reading
    ) throws {
        switch form {
        case .custom: reading.writeCustom(row, index, of: resource, into: &json)
        case .expanded(let target): try reading.writeReference(row, index, to: target, into: &json)
        case .links(let links): try links.write(of: row.int(index), into: &json, for: reading)
        case .masked(let mask):
            if let text = row.textOrNil(index) { json.string(mask.shown(of: text)) } else { json.null() }
        }
    }
}

/// Writes the links of a record as an array of objects.
private final class LinkEncoder: Sendable {
    private let sql: String
    private let keys: [JSONKey]
    private let forms: [ColumnForm]
    /// For each field the resource whose record stands in its place.
    private let expanded: [String?]

    init(_ links: LinkTable, isExpanded: Bool) {
        sql = links.selectSQL
        keys = links.fields.map { JSONKey($0.name) }
        forms = links.fields.map(\.kind.form)
        expanded = links.fields.map { field in
            if case .reference(let target) = field.kind, isExpanded { target } else { nil }
        }
    }

    func write(of id: Int64, into json: inout JSONWriter, for reading: Reading) throws {
        json.beginArray()
        try reading.connection.query(sql, [.integer(id)]) { row in
            json.beginObject()
            for (index, key) in keys.enumerated() {
                json.key(key)
                if let target = expanded[index] {
                    try reading.writeReference(row, index, to: target, into: &json)
                } else {
                    forms[index].write(row, index, into: &json)
                }
            }
            json.endObject()
        }
        json.endArray()
    }
}

extension Field {
    var isLinks: Bool { links != nil }

    var links: LinkTable? {
        if case .links(let links) = kind { links } else { nil }
    }

    /// The resource that this field names, if it can be expanded.
    var expandsTo: String? {
        switch kind {
        case .reference(let target): return target
        case .links(let links):
            guard let field = links.fields.first(where: { $0.name == links.target }),
                case .reference(let target) = field.kind
            else { return nil }
            return target
        default: return nil
        }
    }
}

extension LinkTable {
    /// The links of one record, in the order in which they were given.
    var selectSQL: String {
        let columns = fields.map { Dialect.quoted($0.name) }.joined(separator: ", ")
        return """
            SELECT \(columns) FROM \(Dialect.quoted(table)) \
            WHERE \(Dialect.quoted(holder)) = ? ORDER BY "position"
            """
    }
}

/// What the writing of one answer needs beside the rows: the connection, the actor's view and what was expanded before.
package final class Reading {
    let connection: Connection
    private let transaction: Transaction
    private let customFields: CustomFields
    private var expanded: [String: [UInt8]?] = [:]
    private var access: Access { transaction.actor.access }

    init(_ transaction: Transaction) {
        self.transaction = transaction
        connection = transaction.connection
        customFields = transaction.catalog.customFields.current
    }

    /// Notes what the answer shows of a record that is held back from others.
    func saw(_ fields: Set<String>, of record: Int64, _ resource: String) {
        transaction.saw(fields, of: record, resource)
    }

    /// Writes a referenced record in full, or its id alone where the actor may not see it.
    func writeReference(
        _ row: Row,
        _ column: Int,
        to target: String,
        into json: inout JSONWriter
    ) throws {
        guard let id = row.intOrNil(column) else { return json.null() }
        let place = target + "/" + String(id)
        if expanded[place] == nil { expanded[place] = .some(try find(id, of: target)) }
        guard let bytes = expanded[place] ?? nil else { return json.integer(id) }
        bytes.withUnsafeBufferPointer { json.raw($0) }
    }

    private func find(_ id: Int64, of target: String) throws -> [UInt8]? {
        guard let resource = transaction.catalog.resources[target] else { return nil }
        let encoder = access.encoder(of: resource)
        let query = RecordSQL.find(id, encoder, transaction.visibility(of: resource))
        return try connection.first(query.sql, query.values) { row in
            var json = JSONWriter(capacity: 512)
            try encoder.write(row, into: &json, for: self)
            return json.bytes
        }
    }

    /// Writes the custom values of a record, without those whose definition was removed.
    func writeCustom(_ row: Row, _ index: Int, of resource: String, into json: inout JSONWriter) {
        let held = access.restrictions(of: resource)
        if held.isEmpty, customFields.showsAll(of: resource) { return row.withUTF8(index) { json.raw($0) } }
        let keys = customFields.keys(of: resource)
        let object = FieldKind.custom.loaded(row, index).objectValue ?? [:]
        json.beginObject()
        for member in object.members where keys.contains(member.name) {
            let kind = customFields.kind(of: member.name, in: resource)
            guard let value = held.shown(member.value, "custom." + member.name, kind) else { continue }
            json.key(member.name)
            json.value(value)
        }
        json.endObject()
    }
}

package import KoiJSON
import KoiSQLite

/// One record on its way into the store: its values by the field list of its resource, in the form in which JSON has them.
package struct Record: Sendable {
    package let resource: Resource
    /// One value for each of `resource.fields`.
    package private(set) var values: [JSONValue]

    /// A record that is not stored yet.
    package init(_ resource: Resource) {
        self.resource = resource
        values = resource.fields.map(\.fallback)
    }

    init(_ resource: Resource, values: [JSONValue]) {
        self.resource = resource
        self.values = values
    }

    /// The value of a field; null where the resource has no such field.
    package subscript(_ name: String) -> JSONValue {
        get { resource.position(name).map { values[$0] } ?? .null }
        set {
            guard let position = resource.position(name) else { return }
            values[position] = newValue
        }
    }

    package var id: Int64 { self["id"].integerValue ?? 0 }
    package var version: Int64 { self["version"].integerValue ?? 0 }
    package var isRemoved: Bool { !self["removedAt"].isNull }

    /// The fields in which two records of one resource differ, without those that change with every write.
    func changedFields(from other: Record) -> [Field] {
        zip(resource.fields, zip(values, other.values)).compactMap { field, pair in
            field.isReadOnly && !field.isDerived || pair.0 == pair.1 ? nil : field
        }
    }
}

extension FieldKind {
    /// How a checked value lies in its column.
    func stored(_ value: JSONValue) -> SQLValue {
        switch (self, value) {
        case (_, .null): .null
        case (.time, .string(let text)): Timestamp.read(text).map(SQLValue.integer) ?? .null
        case (.number, .integer(let number)): .real(Double(number))
        case (_, .string(let text)): .text(text)
        case (_, .integer(let number)): .integer(number)
        case (_, .number(let number)): .real(number)
        case (_, .bool(let flag)): .integer(flag ? 1 : 0)
        case (_, .array), (_, .object): .text(value.text)
        }
    }

    /// The value of a column, as `stored` laid it down.
    func loaded(_ row: Row, _ column: Int) -> JSONValue {
        if row.isNull(column) { return .null }
        switch self {
        case .text, .date, .choice: return .string(row.text(column))
        case .integer, .reference: return .integer(row.int(column))
        case .number: return JSONValue(shortest: row.double(column))
        case .boolean: return .bool(row.bool(column))
        case .time: return .string(Timestamp.text(row.int(column)))
        case .list, .facts, .custom, .object, .links, .externalIDs:
            return (try? JSONReader.read(Array(row.text(column).utf8))) ?? .null
        }
    }

    /// How a column of this kind becomes JSON.
    var form: ColumnForm {
        switch self {
        case .text, .date, .choice: .text
        case .integer, .reference: .integer
        case .number: .number
        case .boolean: .boolean
        case .time: .time
        case .list, .facts, .custom, .object, .links, .externalIDs: .json
        }
    }
}

/// How a column's value becomes JSON: the field kinds as far as their stored form tells them apart.
enum ColumnForm: Sendable {
    case text
    case integer
    case number
    case boolean
    case time
    /// Stored as JSON already.
    case json

    /// Writes a column straight into JSON, without a value in between.
    func write(_ row: Row, _ column: Int, into json: inout JSONWriter) {
        if row.isNull(column) { return json.null() }
        switch self {
        case .text: row.withUTF8(column) { json.string(utf8: $0) }
        case .integer: json.integer(row.int(column))
        case .number: json.value(JSONValue(shortest: row.double(column)))
        case .boolean: json.bool(row.bool(column))
        case .time: json.timestamp(row.int(column))
        case .json: row.withUTF8(column) { json.raw($0) }
        }
    }
}

extension JSONValue {
    /// The value as JSON text.
    package var text: String {
        var json = JSONWriter()
        json.value(self)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

extension JSONWriter {
    /// A time as a JSON string, from milliseconds since 1970.
    package mutating func timestamp(_ milliseconds: Int64) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Timestamp.length + 2) { text in
            text[0] = UInt8(ascii: "\"")
            text[Timestamp.length + 1] = UInt8(ascii: "\"")
            Timestamp.write(milliseconds, to: text[1...Timestamp.length])
            raw(UnsafeBufferPointer(text))
        }
    }
}

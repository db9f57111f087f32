import KoiJSON
import KoiSQLite

/// The `next` of a list: opaque to clients, it holds the position after the last row and a mark of the query it belongs to.
package enum Cursor {
    /// The most characters that a cursor can have: three sort keys of text and more.
    static let maximumLength = 8_192

    package static func encode(_ position: Position, query: UInt64) -> String {
        var json = JSONWriter(capacity: 128)
        json.beginArray()
        json.string(String(query, radix: 36))
        json.integer(position.id)
        for value in position.values { write(value, &json) }
        json.endArray()
        return Base64URL.encode(json.bytes)
    }

    /// - Throws: a problem that tells a damaged cursor from one of another query.
    package static func decode(_ text: String, query: UInt64, keys: Int) throws -> Position {
        guard let items = items(text), items.count == keys + 2, let id = items[1].integerValue,
            let mark = items[0].stringValue
        else {
            throw Problem.badParameter(
                "cursor",
                Text(
                    "Send a cursor just as \"next\" gave it, or leave it out to begin anew.",
                    "请原样填写 next 给出的游标，或省略它从头开始。"
                )
            )
        }
        guard mark == String(query, radix: 36) else {
            throw Problem.badParameter(
                "cursor",
                Text(
                    "This cursor belongs to a list with other filters or another order. Begin that list anew.",
                    "此游标属于另一组筛选或排序的列表，请从头开始。"
                )
            )
        }
        return Position(values: items.dropFirst(2).map(value), id: id)
    }

    private static func items(_ text: String) -> [JSONValue]? {
        guard text.utf8.count <= maximumLength, let bytes = Base64URL.decode(text) else { return nil }
        return (try? JSONReader.read(bytes))?.arrayValue
    }

    private static func write(_ value: SQLValue, _ json: inout JSONWriter) {
        switch value {
        case .null, .blob: json.null()
        case .integer(let number): json.integer(number)
        case .real(let number): json.number(number)
        case .text(let text): json.string(text)
        }
    }

    private static func value(_ item: JSONValue) -> SQLValue {
        switch item {
        case .integer(let number): .integer(number)
        case .number(let number): .real(number)
        case .string(let text): .text(text)
        case .bool, .null, .array, .object: .null
        }
    }
}

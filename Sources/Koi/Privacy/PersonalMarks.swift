import KoiJSON
import KoiLock
import KoiSQLite

/// Pieces of a person's data by which it would be recognised in a file.
///
/// What is too short to tell one person from another is none: it is compared with whole values only.
package struct PersonalMarks: Sendable {
    /// In bytes: three Chinese characters, or a telephone number.
    private static let shortest = 8
    /// More of it lies less surely in one piece.
    private static let longest = 200
    private static let maximum = 200

    private(set) var all: Set<[UInt8]> = []
    /// Whole values of the fields by which people are found, however short.
    private var values: Set<String> = []
    private var short: Set<String> = []

    /// How many values are too short to be looked for within a file.
    var tooShort: Int64 { Int64(short.count) }

    /// Adds the texts of a record's personal fields, and the keys by which it is sorted.
    mutating func add(_ record: Record) {
        for field in record.resource.declared where field.isPersonal {
            add(record[field.name], of: field, in: record)
            if field.derivedSort != nil, let text = record[field.name].stringValue {
                _ = addMark(Pinyin.sortKey(text))
            }
        }
    }

    /// Adds what an event tells of a record's personal fields before and after a change.
    mutating func add(payload: String, of record: Record) {
        guard let payload = (try? JSONReader.read(Array(payload.utf8)))?.objectValue else { return }
        for part in payload.members {
            for member in part.value.objectValue?.members ?? [] {
                guard let field = record.resource.field(member.name), field.isPersonal else { continue }
                add(member.value, of: field, in: record)
            }
        }
    }

    /// Only what one is recognised by: tags and titles are words that many share, and many are born on the same day.
    private mutating func add(_ value: JSONValue, of field: Field, in record: Record) {
        // What an earlier erasure left tells nothing.
        guard value != field.erased(value, of: record.id) else { return }
        switch (field.kind, value) {
        case (.text(let rule), .string(let text)) where field.search != nil || rule.format == .multiline:
            if field.search != nil { values.insert(text) }
            add(text: text)
        case (.custom, .object(let custom)):
            for member in custom.members { if let text = member.value.stringValue { add(text: text) } }
        case (.externalIDs, _):
            for id in ExternalID.list(value) {
                // As a filter has it; a number alone may mean anything.
                values.insert(id.parameter)
                add(text: id.key)
            }
        default: return
        }
    }

    /// Whether a text has any of the values in it.
    func occur(in text: String) -> Bool {
        all.contains { mark in text.contains(String(decoding: mark, as: UTF8.self)) }
    }

    /// Whether a text is one of the values, or has one in it.
    func tell(of text: String) -> Bool {
        values.contains(text) || occur(in: text)
    }

    /// Whether any text within a value tells of the person.
    func tell(of value: JSONValue) -> Bool {
        switch value {
        case .string(let text): tell(of: text)
        case .array(let items): items.contains { tell(of: $0) }
        case .object(let object): object.members.contains { tell(of: $0.value) }
        default: false
        }
    }

    private mutating func add(text: String) {
        if !addMark(text), !text.isEmpty { short.insert(text) }
    }

    /// - Returns: whether it is long enough.
    private mutating func addMark(_ text: String) -> Bool {
        // JSON writes these in another way.
        let pieces = text.utf8.split { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
        guard let longest = pieces.max(by: { $0.count < $1.count }), longest.count >= Self.shortest else {
            return false
        }
        if all.count < Self.maximum { all.insert(Array(longest.prefix(Self.longest))) }
        return true
    }
}

/// The marks of those who were erased, until the file has been looked through for them.
///
/// In memory only: they are what was to be forgotten.
package final class ErasedMarks: Sendable {
    private let state = Lock<[Int64: PersonalMarks]>([:])

    func keep(_ marks: PersonalMarks, of erasure: Int64) {
        state.withLock { $0[erasure] = marks }
    }

    func marks(of erasure: Int64) -> PersonalMarks? {
        state.withLock { $0[erasure] }
    }

    func forget(_ erasures: [Int64]) {
        state.withLock { state in
            for erasure in erasures { state[erasure] = nil }
        }
    }
}

import KoiJSON
import KoiSQLite

/// A record in memory, as conditions look at it.
///
/// What stands in no field of it, such as with whom it is shared, is looked up.
struct ConditionFacts {
    let record: Record
    private let connection: Connection

    init(_ record: Record, _ transaction: Transaction) {
        self.record = record
        connection = transaction.connection
    }

    /// The users with whom it is shared.
    func collaborators(at now: Int64) throws -> [SQLValue] {
        try CollaboratorStore(record.resource, connection).list(of: record.id, at: now).map { .integer($0.user) }
    }

    /// What it is called in other systems.
    var externalIDs: [ExternalID] { ExternalID.list(record[SystemField.externalIDs.name]) }

    /// The other ends of its links.
    func targets(of links: LinkTable) -> [SQLValue] {
        guard let field = record.resource.fields.first(where: { $0.links?.table == links.table }),
            let kind = links.fields.first(where: { $0.name == links.target })?.kind
        else { return [] }
        return (record[field.name].arrayValue ?? []).compactMap { link in
            link.objectValue?[links.target].map(kind.stored)
        }
    }
}

extension Condition {
    /// Whether it holds for one record in memory, as it would in a query.
    package func holds(for record: Record, in transaction: Transaction) throws -> Bool {
        try holds(for: ConditionFacts(record, transaction))
    }

    func holds(for facts: ConditionFacts) throws -> Bool {
        switch subject {
        case .field(let field):
            let value = facts.record[field.name]
            if case .list = field.kind { return holdsForList(value, field.kind) }
            if case .facts = field.kind, case .contains(let text) = test { return Condition.hasText(value, text) }
            return holds(for: field.kind.stored(value))
        case .custom(let key, _):
            return holds(for: Condition.extracted(facts.record["custom"].objectValue?[key] ?? .null))
        case .link(let links): return holdsForAny(of: facts.targets(of: links))
        case .collaborator(_, let now): return holdsForAny(of: try facts.collaborators(at: now))
        case .externalID: return holdsForAny(of: facts.externalIDs.map { .text($0.parameter) })
        case .externalSystem: return holdsForAny(of: facts.externalIDs.map { .text($0.system) })
        }
    }

    private func holds(for value: SQLValue) -> Bool {
        let isNull = value == .null
        switch test {
        case .anyOf(let values): return !isNull && values.contains { SQLOrder.compare(value, $0) == 0 }
        case .noneOf(let values): return isNull || !values.contains { SQLOrder.compare(value, $0) == 0 }
        case .isNull(let wanted): return isNull == wanted
        case .contains(let text): return !isNull && SQLOrder.contains(value, text)
        case .compare(let comparison, let bound):
            guard !isNull, bound != .null else { return false }
            let order = SQLOrder.compare(value, bound)
            switch comparison {
            case .gt: return order > 0
            case .gte: return order >= 0
            case .lt: return order < 0
            case .lte: return order <= 0
            }
        }
    }

    private func holdsForList(_ value: JSONValue, _ kind: FieldKind) -> Bool {
        let elements = (value.arrayValue ?? []).map(Condition.extracted)
        switch test {
        case .anyOf, .noneOf: return holdsForAny(of: elements)
        case .isNull(let wanted): return elements.isEmpty == wanted
        case .contains, .compare: return holds(for: kind.stored(value))
        }
    }

    /// Of something of which there may be several.
    private func holdsForAny(of found: [SQLValue]) -> Bool {
        let hasAny = found.contains { one in values.contains { SQLOrder.compare(one, $0) == 0 } }
        return switch test {
        case .anyOf: hasAny
        case .noneOf: !hasAny
        case .isNull(let wanted): found.isEmpty == wanted
        case .contains, .compare: false
        }
    }

    /// A value as SQL takes it out of JSON.
    private static func extracted(_ value: JSONValue) -> SQLValue {
        switch value {
        case .null: .null
        case .bool(let flag): .integer(flag ? 1 : 0)
        case .integer(let number): .integer(number)
        case .number(let number): .real(number)
        case .string(let text): .text(text)
        case .array, .object: .text(value.text)
        }
    }

    /// Whether any text within a value, names of members aside, contains another.
    private static func hasText(_ value: JSONValue, _ text: String) -> Bool {
        var rest = [value]
        while let next = rest.popLast() {
            switch next {
            case .string(let found): if SQLOrder.contains(.text(found), text) { return true }
            case .array(let items): rest += items
            case .object(let object): rest += object.members.map(\.value)
            case .null, .bool, .integer, .number: break
            }
        }
        return false
    }
}

/// How SQLite compares values of columns.
enum SQLOrder {
    /// Less than, equal to or greater than 0: numbers before texts, texts by their bytes (`BINARY`).
    ///
    /// Null compares with nothing and does not come here.
    static func compare(_ left: SQLValue, _ right: SQLValue) -> Int {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): return order(left, right)
        case (.real(let left), .real(let right)): return order(left, right)
        case (.integer(let left), .real(let right)): return orderExactly(left, right)
        case (.real(let left), .integer(let right)): return -orderExactly(right, left)
        case (.text(let left), .text(let right)):
            if left.utf8.elementsEqual(right.utf8) { return 0 }
            return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
        default: return rank(left) < rank(right) ? -1 : rank(left) > rank(right) ? 1 : 0
        }
    }

    /// `LIKE '%text%'`: the letters of ASCII in either case, everything else as it is.
    static func contains(_ value: SQLValue, _ text: String) -> Bool {
        guard case .text(let whole) = value else { return false }
        let (bytes, sought) = (folded(whole), folded(text))
        guard let first = sought.first else { return true }
        guard bytes.count >= sought.count else { return false }
        return (0...bytes.count - sought.count).contains { start in
            bytes[start] == first && bytes[start..<start + sought.count].elementsEqual(sought)
        }
    }

    private static func folded(_ text: String) -> [UInt8] {
        text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    private static func order<T: Comparable>(_ left: T, _ right: T) -> Int {
        left < right ? -1 : left > right ? 1 : 0
    }

    /// Without rounding the integer.
    private static func orderExactly(_ left: Int64, _ right: Double) -> Int {
        if right >= 0x1p63 { return -1 }
        if right < -0x1p63 { return 1 }
        let whole = Int64(right.rounded(.towardZero))
        if left != whole { return order(left, whole) }
        return order(0, right - Double(whole))
    }

    private static func rank(_ value: SQLValue) -> Int {
        switch value {
        case .null: 0
        case .integer, .real: 1
        case .text: 2
        case .blob: 3
        }
    }
}

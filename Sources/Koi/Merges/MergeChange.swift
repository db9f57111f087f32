import KoiJSON
import KoiSQLite

/// What a merge made of one field of one record.
struct MergeChange {
    /// A link, and the links of before of which it was made: the one that led to the loser, and the one that led to the
    /// survivor already, where both said the same.
    struct Link {
        let from: [JSONValue]
        let to: JSONValue
    }

    let resource: String
    let record: Int64
    /// `phone`, `custom.colour`.
    let field: String
    let before: JSONValue
    let after: JSONValue
    var links: [Link] = []

    init(_ record: Record, _ field: String, before: JSONValue, after: JSONValue, links: [Link] = []) {
        self.init(
            resource: record.resource.name,
            record: record.id,
            field: field,
            before: before,
            after: after,
            links: links
        )
    }

    private init(
        resource: String,
        record: Int64,
        field: String,
        before: JSONValue,
        after: JSONValue,
        links: [Link]
    ) {
        self.resource = resource
        self.record = record
        self.field = field
        self.before = before
        self.after = after
        self.links = links
    }

    /// - Parameter row: resource, record, field and change.
    init(_ row: Row) {
        let stored = (try? JSONReader.read(Array(row.text(3).utf8)))?.objectValue ?? [:]
        self.init(
            resource: row.text(0),
            record: row.int(1),
            field: row.text(2),
            before: stored["before"] ?? .null,
            after: stored["after"] ?? .null,
            links: (stored["links"]?.arrayValue ?? []).map { link in
                Link(from: link.objectValue?["from"]?.arrayValue ?? [], to: link.objectValue?["to"] ?? .null)
            }
        )
    }

    var stored: JSONValue {
        var stored: JSONObject = ["before": before, "after": after]
        if !links.isEmpty {
            stored["links"] = .array(links.map { ["from": .array($0.from), "to": $0.to] })
        }
        return .object(stored)
    }

    /// The same with what tells about a person taken out of it.
    func erased(_ field: Field) -> MergeChange {
        func erase(_ value: JSONValue) -> JSONValue { field.erased(value, of: record) }
        func erase(one item: JSONValue) -> JSONValue { erase([item]).arrayValue?.first ?? .null }
        return MergeChange(
            resource: resource,
            record: record,
            field: self.field,
            before: erase(before),
            after: erase(after),
            links: links.map { Link(from: $0.from.map(erase(one:)), to: erase(one: $0.to)) }
        )
    }

    // MARK: Undoing it

    /// The value of a survivor's field once the merge is undone: that of before where nobody has changed it since, and of a
    /// list to which the merge added something, what was added since stays.
    func undone(_ current: JSONValue) -> JSONValue {
        if current == after { return before }
        guard let items = current.arrayValue, let old = before.arrayValue, let new = after.arrayValue,
            new.starts(with: old)
        else { return current }
        var added = Array(new.dropFirst(old.count))
        return .array(
            items.filter { item in
                guard let place = added.firstIndex(of: item) else { return true }
                added.remove(at: place)
                return false
            }
        )
    }

    /// The value of another record's field once what named the loser names it again; nil where what was moved is not to be
    /// found any more.
    func placed(_ current: JSONValue, survivor: Int64, names: Set<String>) -> JSONValue? {
        if current == after { return before }
        guard let items = current.arrayValue else { return nil }
        return placed(items, survivor: .integer(survivor), names)
    }

    private func placed(_ current: [JSONValue], survivor: JSONValue, _ names: Set<String>) -> JSONValue? {
        var items = current.map { [$0] }
        var open = Set(items.indices)
        var missing: [Link] = []
        for link in links {
            if let place = open.sorted().first(where: { items[$0] == [link.to] }) {
                items[place] = link.from
                open.remove(place)
            } else {
                missing.append(link)
            }
        }
        let own = before.arrayValue ?? []
        for link in missing {
            // It was changed, but leads to the survivor still, where no other does.
            let places = open.filter { place in
                names.contains { current[place].objectValue?[$0] == survivor } && !own.contains(current[place])
            }
            guard places.count == 1, let place = places.first, link.from.count == 1,
                var item = current[place].objectValue, let old = link.from.first?.objectValue
            else { return nil }
            for name in names where item[name] == survivor { item[name] = old[name] }
            items[place] = [.object(item)]
            open.remove(place)
        }
        return .array(items.flatMap { $0 })
    }
}

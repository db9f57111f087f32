import KoiJSON

/// What an answer shows in clear that is held back from others, gathered while it is made.
package struct Sightings: Sendable {
    private struct Seen: Sendable {
        var records: [Int64] = []
        var fields: Set<String> = []
    }

    private var byResource: [String: Seen] = [:]

    package init() {}

    package var isEmpty: Bool { byResource.isEmpty }

    mutating func add(_ fields: Set<String>, of record: Int64, _ resource: String) {
        guard !fields.isEmpty else { return }
        byResource[resource, default: Seen()].records.append(record)
        byResource[resource]?.fields.formUnion(fields)
    }

    mutating func add(_ others: Sightings) {
        for (resource, seen) in others.byResource {
            byResource[resource, default: Seen()].records += seen.records
            byResource[resource]?.fields.formUnion(seen.fields)
        }
    }

    /// As it is kept with an answer that may be shown again: `{"customers": {"records": [7], "fields": ["phone"]}}`.
    var json: JSONValue {
        .object(
            JSONObject(
                byResource.sorted { $0.key < $1.key }.map { resource, seen in
                    .init(
                        name: resource,
                        value: [
                            "records": .array(Set(seen.records).sorted().map(JSONValue.integer)),
                            "fields": .array(seen.fields.sorted().map(JSONValue.string)),
                        ]
                    )
                }
            )
        )
    }

    init(_ json: JSONValue) {
        for member in json.objectValue?.members ?? [] {
            let records = (member.value["records"]?.arrayValue ?? []).compactMap(\.integerValue)
            let fields = (member.value["fields"]?.arrayValue ?? []).compactMap(\.stringValue)
            byResource[member.name] = Seen(records: records, fields: Set(fields))
        }
    }

    /// What is to be written down: for each resource an entry, or several where there are more records than a page has.
    ///
    /// - Parameter template: says who asked, and when.
    func entries(_ template: AccessEntry) -> [AccessEntry] {
        byResource.sorted { $0.key < $1.key }.flatMap { resource, seen in
            let records = Set(seen.records).sorted()
            return stride(from: 0, to: records.count, by: ListQuery.maximumLimit).map { start in
                var entry = template
                entry.resource = resource
                entry.records = Array(records[start..<min(start + ListQuery.maximumLimit, records.count)])
                entry.fields = seen.fields.sorted()
                return entry
            }
        }
    }
}

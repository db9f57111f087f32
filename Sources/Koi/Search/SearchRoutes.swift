import KoiHTTP
import KoiJSON

/// Search across all resources at once.
package enum SearchRoutes {
    package static func routes(of resources: [Resource]) -> [Route] {
        let searchable = resources.filter(\.isSearchable).map(\.name)
        return [.get("/v1/search", search).permitted(.records).documented(documentation(searchable))]
    }

    private static let maximumLimit: Int64 = 100

    private static func search(_ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        let request = try SearchRequest(call.query, transaction.catalog.resources)
        var hits: [(resource: Resource, hit: SearchPage.Hit)] = []
        var isPartial = false
        for resource in request.resources {
            let page = try RecordSearch(resource, transaction)
                .hits(request.text, ListQuery(), after: nil, limit: request.limit)
            isPartial = isPartial || page.isPartial || page.isFull
            hits += page.hits.map { (resource, $0) }
        }
        hits.sort { left, right in
            if left.hit.rank != right.hit.rank {
                return left.hit.rank < right.hit.rank
            }
            if left.hit.createdAt != right.hit.createdAt {
                return left.hit.createdAt > right.hit.createdAt
            }
            return left.hit.id > right.hit.id
        }
        let shown = hits.prefix(request.limit)
        for (resource, hit) in shown { RecordSearch(resource, transaction).noteSeen(hit) }
        return .json(write(shown, isPartial || hits.count > request.limit))
    }

    private static func write(
        _ hits: ArraySlice<(resource: Resource, hit: SearchPage.Hit)>,
        _ isPartial: Bool
    ) -> [UInt8] {
        var json = JSONWriter(capacity: 16_384)
        json.beginObject()
        json.key("items")
        json.beginArray()
        for (resource, hit) in hits {
            json.beginObject()
            json.key("resource")
            json.string(resource.name)
            json.key("match")
            hit.match.write(into: &json)
            json.key("record")
            hit.json.withUnsafeBufferPointer { json.raw($0) }
            json.endObject()
        }
        json.endArray()
        json.key("partial")
        json.bool(isPartial)
        json.endObject()
        return json.bytes
    }

    private struct SearchRequest {
        var text = ""
        var limit = 20
        var resources: [Resource]

        init(_ parameters: [Parameter], _ list: ResourceList) throws {
            let searchable = list.all.filter(\.isSearchable)
            resources = searchable
            var seen: Set<String> = []
            for (name, value) in parameters {
                guard seen.insert(name).inserted else {
                    throw Problem.badParameter(
                        name,
                        Text("Give this parameter once.", "此参数只能出现一次。")
                    )
                }
                switch name {
                case "q": text = try ListQuery.searchText(value)
                case "limit":
                    guard let number = Digits.integer(value), (1...maximumLimit).contains(number)
                    else {
                        throw Problem.badParameter(
                            name,
                            Text(
                                "Give a whole number from 1 to \(maximumLimit).",
                                "请填写 1 到 \(maximumLimit) 之间的整数。"
                            )
                        )
                    }
                    limit = Int(number)
                case "resources":
                    let names = value.split(separator: ",", omittingEmptySubsequences: false)
                    resources = searchable.filter { names.contains($0.name[...]) }
                    guard names.allSatisfy({ name in searchable.contains { $0.name == name } })
                    else {
                        let known = searchable.map(\.name).joined(separator: ", ")
                        throw Problem.badParameter(
                            name,
                            Text("Choose from: \(known).", "可选：\(known)。")
                        )
                    }
                default:
                    throw Problem.badParameter(
                        name,
                        Text(
                            "A search takes q, resources and limit.",
                            "搜索只接受 q、resources 和 limit。"
                        )
                    )
                }
            }
            guard seen.contains("q") else {
                throw Problem.badParameter("q", Text("Say what to search for.", "请填写搜索内容。"))
            }
        }
    }

    private static func documentation(_ searchable: [String]) -> RouteDocumentation {
        var docs = RouteDocumentation(
            "search",
            tag: "search",
            "Finds customers, contacts and all else by words, pinyin, initials or telephone number."
        )
        docs.parameters = [
            Schema.queryParameter(
                "q",
                Schema.queryText,
                required: true,
                "Words; each must be found in the record."
            ),
            Schema.queryParameter(
                "resources",
                [
                    "type": "array", "minItems": 1,
                    "items": ["type": "string", "enum": .array(searchable.map(JSONValue.string))],
                ],
                "Which resources to search; all by default."
            ),
            Schema.queryParameter(
                "limit",
                ["type": "integer", "minimum": 1, "maximum": .integer(maximumLimit)],
                "The most hits."
            ),
        ]
        docs.answer = Schema.object(
            [
                "items": Schema.array(
                    Schema.object(
                        [
                            "resource": ["type": "string"], "match": Schema.match,
                            "record": ["type": "object"],
                        ])
                ),
                "partial": ["type": "boolean", "description": "Whether there may be more."],
            ])
        docs.problems = [.badRequest]
        return docs
    }
}

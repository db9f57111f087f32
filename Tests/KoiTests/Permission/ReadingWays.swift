import Foundation
import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// Every way of asking for records of one resource, tried by the subject: what it gets is what the model lets it see.
struct ReadingWays {
    let cast: Cast
    let resource: Resource
    let model: PermissionModel
    /// All records of the resource, as whoever sees everything has them.
    private let all: [JSONValue]
    private let visible: [JSONValue]
    private var koi: TestApp { cast.koi }
    private var path: String { "/v1/" + resource.name }

    init(_ model: PermissionModel) throws {
        cast = model.cast
        resource = model.resource
        self.model = model
        all = try model.cast.koi.everything(model.resource)
        visible = model.visible(all)
    }

    func tryAll() throws {
        try get()
        try list()
        try filters()
        try orders()
        try view()
        try table()
        try bin()
        if resource.isSearchable { try search() }
        if resource.isMirrored { try changes() }
    }

    // MARK: One by one

    private func get() throws {
        for record in all {
            let id = record["id"].integerValue ?? 0
            for fields in [[], [("If-None-Match", "*")]] {
                let answer = try cast.ask(.get, "\(path)/\(id)", fields: fields)
                let wanted: Status = !model.reaches(.read, record) ? .notFound : fields.isEmpty ? .ok : .notModified
                #expect(answer.status == wanted, "GET \(path)/\(id): \(answer.text)")
            }
            guard let key = record.keyAddress else { continue }
            let answer = try cast.ask(.get, path + key)
            #expect(answer.status == (model.reaches(.read, record) ? .ok : .notFound), "GET \(path)\(key)")
        }
    }

    // MARK: Lists

    private func list() throws {
        let answer = try cast.ask(.get, path + "?limit=500&total=true")
        #expect(answer.items.ids == visible.ids, "\(path)")
        #expect(answer["total"] == .integer(Int64(visible.count)), "\(path)?total=true")
    }

    private func filters() throws {
        for filter in try filterQueries() {
            let wanted = Set(model.visible(try koi.everything(resource, filter)).ids)
            let answer = try cast.ask(.get, "\(path)?\(filter)&limit=500&total=true")
            #expect(Set(answer.items.ids) == wanted, "\(path)?\(filter): \(answer.text.prefix(300))")
            #expect(answer["total"] == .integer(Int64(wanted.count)), "\(path)?\(filter)")
        }
    }

    /// Each filter of the field list once, with a value that some record has.
    private func filterQueries() throws -> [String] {
        var queries: [String] = []
        for field in resource.fields {
            if case .custom = field.kind {
                queries += [
                    "custom.\(RecordMaker.customKey)=\(RecordMaker.word)",
                    "custom.\(RecordMaker.customKey).has=test",
                ]
            }
            let kind: FieldKind = field.isLinks ? .reference("") : field.kind
            let name = field.links?.target ?? field.name
            guard field.isFilterable, let value = value(of: field) else { continue }
            for operation in FilterOperation.operations(of: kind, isNullable: field.isLinks || field.isNullable) {
                let parameter = operation.isEmpty ? name : name + "." + operation
                let system = String(value.prefix { $0 != ":" })
                for value in operation == "null" ? ["true", "false"] : [operation == "system" ? system : value] {
                    queries.append(parameter + "=" + value.encoded)
                }
            }
        }
        return queries
    }

    private func value(of field: Field) -> String? {
        for record in all {
            let stored: JSONValue = record[field.name]
            switch stored {
            case .string(let text): return text
            case .integer(let number): return String(number)
            case .number(let number): return String(number)
            case .bool(let flag): return String(flag)
            case .array(let items):
                if case .externalIDs = field.kind { return ExternalID.list(stored).first?.parameter }
                if let links = field.links, let target = items.first?.objectValue?[links.target] { return target.text }
                if let text = items.first?.stringValue { return text }
                if let object = items.first?.objectValue {
                    return object.members.compactMap { $0.value.stringValue }.first
                }
            case .null, .object: continue
            }
        }
        return nil
    }

    /// Each order in both directions, page by page, and with the cursors of whoever sees everything.
    private func orders() throws {
        var keys = resource.fields.filter(\.isSortable).map(\.name)
        if resource.takesCustomFields { keys.append("custom." + RecordMaker.customKey) }
        for key in keys.flatMap({ [$0, "-" + $0] }) {
            let query = "sort=\(key)"
            let wanted = model.visible(try koi.everything(resource, query)).ids
            #expect(try pages(query) == wanted, "\(path)?\(query)")
            let first = try koi.page(resource, query + "&limit=2")
            guard let cursor = first.next else { continue }
            let rest = try cast.ask(.get, "\(path)?\(query)&limit=500&cursor=\(cursor)")
            let seen = Set(first.items.ids)
            #expect(rest.items.ids == wanted.filter { !seen.contains($0) }, "\(path)?\(query), another's cursor")
        }
    }

    private func pages(_ query: String) throws -> [Int64] {
        var ids: [Int64] = []
        var cursor = ""
        repeat {
            let answer = try cast.ask(.get, "\(path)?\(query)&limit=2\(cursor)")
            #expect(answer.status == .ok, "\(path)?\(query): \(answer.text)")
            ids += answer.items.ids
            cursor = answer["next"].stringValue.map { "&cursor=" + $0 } ?? ""
        } while !cursor.isEmpty
        return ids
    }

    private func view() throws {
        let made = try cast.ask(
            .post,
            "/v1/views",
            ["resource": .string(resource.name), "name": "All", "filter": ["id.gte": "1"], "sort": "-id"]
        )
        let id = try #require(made["id"].integerValue, "\(made.text)")
        let wanted = model.visible(try koi.everything(resource, "sort=-id")).ids
        let answer = try cast.ask(.get, "\(path)?view=\(id)&limit=500")
        #expect(answer.items.ids == wanted, "\(path)?view=")
        try cast.ask(.delete, "/v1/views/\(id)")
    }

    func table() throws {
        // A page, the whole list as it is read on, and the same in other forms.
        let ways = [("limit=500&", "text/csv"), ("", "text/csv"), ("", "application/x-ndjson")]
        for (query, type) in ways { try file("\(path)?\(query)fields=id", type) }
    }

    private func file(_ target: String, _ type: String) throws {
        let answer = try cast.ask(.get, target, fields: [("Accept", type)])
        let mayExport = model.isPersonal || model.rights[.export] ?? .none > .none
        #expect(answer.status == (mayExport ? .ok : .forbidden), "\(target) as \(type): \(answer.text)")
        guard mayExport else { return }
        let ids = answer.text.split { $0.isNewline }.compactMap { Int64($0.filter { $0.isASCII && $0.isNumber }) }
        // What was shared with the subject is to be read and not to be taken away.
        let wanted = all.filter { model.allows(.export, $0) && !model.isShared($0) }.ids
        #expect(ids == wanted, "\(target) as \(type)")
    }

    private func bin() throws {
        let removed = try koi.everything(resource, "removed=true")
        let answer = try cast.ask(.get, path + "?removed=true&limit=500&total=true")
        #expect(answer.items.ids == model.visible(removed).ids, "\(path)?removed=true")
        #expect(answer["total"] == .integer(Int64(model.visible(removed).count)), "\(path)?removed=true")
        for id in removed.ids { #expect(try cast.ask(.get, "\(path)/\(id)").status == .notFound) }
    }

    // MARK: Search

    private func search() throws {
        let wanted = Set(visible.filter { $0.text.contains(RecordMaker.word) }.ids)
        let word = RecordMaker.word.lowercased()
        let list = try cast.ask(.get, "\(path)?q=\(word)&limit=500")
        #expect(Set(list.items.ids) == wanted, "\(path)?q=\(word)")
        let everywhere = try cast.ask(.get, "/v1/search?q=\(word)&limit=100")
        let hits = everywhere.items.filter { $0["resource"] == .string(resource.name) }.map { $0["record"] }
        #expect(Set(hits.ids) == wanted, "/v1/search?q=\(word)")
        #expect(everywhere.items.count < 100, "the search must show all that was made")
    }
}

extension ReadingWays {
    /// A copy that is made of the feed alone has what the list has.
    private func changes() throws {
        var mirror = Mirror()
        try mirror.follow { try cast.ask(.get, "/v1/changes?resource=\(resource.name)&after=\($0)&limit=500") }
        let listed = try cast.ask(.get, path + "?limit=500").items
        #expect(mirror.records(of: resource.name) == listed, "/v1/changes?resource=\(resource.name)")
    }

    /// The log as far as it is about this resource: whoever may read it reads what happened to the records that they see,
    /// be it that these lie in the bin.
    func events() throws {
        let seen = Set(model.visible(all + (try koi.everything(resource, "removed=true"))).ids)
        let logged = Set(try koi.events(of: resource.name).map(\.record))
        var found: Set<Int64> = []
        var after: String? = "0"
        while let start = after {
            let page = try cast.ask(.get, "/v1/events?resource=\(resource.name)&limit=200&after=\(start)")
            #expect(page.status == .ok, "\(page.text)")
            found.formUnion(page.items.compactMap { $0["record"].integerValue }.filter { $0 > 0 })
            after = page["next"].stringValue
        }
        #expect(found == logged.intersection(seen), "/v1/events?resource=\(resource.name)")
    }

    /// What happened to a record and to those that belong to it, as far as these are seen.
    func timelines() throws {
        for record in all {
            let timeline = try cast.ask(.get, "\(path)/\(record["id"].text)/timeline")
            let isSeen = model.reaches(.read, record)
            #expect(timeline.status == (isSeen ? .ok : .notFound), "\(path)/\(record["id"].text)/timeline")
            for item in timeline.items where item["resource"] == .string(resource.name) {
                let subject = all.first { $0["id"] == item["record"] }
                #expect(subject.map { model.reaches(.read, $0) } ?? true, "\(item)")
            }
        }
    }

    /// Where another resource names records of this one, they are written in full for whoever sees them, and as a number
    /// for all others.
    ///
    /// - Parameter holder: the other resource, all of which the subject sees.
    func expand(from holder: Resource, _ field: Field) throws {
        let seen = Set(visible.ids)
        let answer = try cast.ask(.get, "/v1/\(holder.name)?expand=\(field.name)&limit=500")
        #expect(answer.status == .ok, "\(holder.name)?expand=\(field.name): \(answer.text)")
        for item in answer.items {
            let values = field.links.map { links in (item[field.name].arrayValue ?? []).map { $0[links.target] } }
            for value in values ?? [item[field.name]] where !value.isNull {
                let id = value["id"].integerValue ?? value.integerValue ?? 0
                #expect(
                    (value.objectValue != nil) == seen.contains(id),
                    "\(holder.name)?expand=\(field.name): \(value)"
                )
            }
        }
    }
}

extension JSONValue {
    /// A record's first key in another system, as a path below that of its resource has it; nil where it has none.
    var keyAddress: String? {
        ExternalID.list(self["externalIds"]).first.map { "/by/\($0.system.encoded)/\($0.key.encoded)" }
    }
}

extension String {
    /// As it stands in a query.
    var encoded: String {
        addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? self
    }
}

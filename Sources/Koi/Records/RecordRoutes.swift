import KoiHTTP
import KoiJSON

/// The routes that every resource has alike.
package enum RecordRoutes {
    package static func routes(of resource: Resource) -> [Route] {
        let path = "/v1/" + resource.name
        let docs = RecordDocumentation(resource)
        var routes: [Route] = [
            Route(.get, path, .chosen { try form(of: resource, $0) }).documented(docs.list),
            .get(path + "/{id}") { try show(resource, $0) }.documented(docs.show),
        ]
        if resource.operations.contains(.create) {
            routes.append(.post(path) { try create(resource, $0) }.documented(docs.create))
        }
        if resource.operations.contains(.change) {
            routes.append(.patch(path + "/{id}") { try change(resource, $0) }.documented(docs.change))
        }
        if resource.operations.contains(.remove) {
            routes.append(.delete(path + "/{id}") { try remove(resource, $0) }.documented(docs.remove))
        }
        if resource.operations.contains(.restore) {
            routes.append(
                .put(path + "/{id}/restoration") { try restore(resource, $0) }.documented(docs.restore)
            )
        }
        return routes.map { $0.permitted(.records) } + ExternalIDRoutes.routes(of: resource)
    }

    /// Pages of JSON; as a table a page only where one is asked for, and all of the list otherwise.
    private static func form(of resource: Resource, _ call: Call) throws -> Route.Work {
        guard let form = try ExportForm.wanted(of: resource, in: call.request) else {
            return .read { try list(resource, $0, isTable: false) }
        }
        if form == .csv, call.query.contains(where: { ["limit", "cursor", "total"].contains($0.name) }) {
            return .read { try list(resource, $0, isTable: true) }
        }
        return .streamed { try export(resource, form, $0, $1) }
    }

    private static func export(_ resource: Resource, _ form: ExportForm, _ call: Call, _ app: App) throws -> Answer {
        let transaction = try call.transaction()
        let parameters = try SavedView.expand(call.query, of: resource, in: transaction)
        let query = try ListQueryParser(resource, transaction).parse(parameters)
        try RecordPermission(resource, transaction).checkExport()
        return try RecordExport(resource, form, query, call.language).answer(to: call, app)
    }

    private static func list(_ resource: Resource, _ call: Call, isTable: Bool) throws -> Answer {
        let transaction = try call.transaction()
        let parameters = try SavedView.expand(call.query, of: resource, in: transaction)
        let query = try ListQueryParser(resource, transaction).parse(parameters)
        if isTable { try RecordPermission(resource, transaction).checkExport() }
        let verb = isTable ? Verb.export : .read
        let reader = RecordReader(resource, transaction, for: verb)
        let page =
            try query.search.map { try RecordSearch(resource, transaction, for: verb).list($0, query) }
            ?? reader.list(query)
        guard isTable else { return .list(page) }
        let table = try reader.table(page, query.selection, call.language)
        let export = Export(resource, parameters: call.query, rows: table.rows)
        transaction.owe(export.log)
        return .table(table.bytes, next: table.next.map { nextTarget(resource, call, $0) })
    }

    /// Where the next page of a table is: the same query with another cursor.
    private static func nextTarget(_ resource: Resource, _ call: Call, _ cursor: String) -> String {
        let kept = (call.request.head.query ?? "").split(separator: "&")
            .filter { !$0.hasPrefix("cursor=") }
        let query = (kept.map { $0.replacing(">", with: "%3E") } + ["cursor=" + cursor])
            .joined(separator: "&")
        return "/v1/" + resource.name + "?" + query
    }

    private static func show(_ resource: Resource, _ call: Call) throws -> Answer {
        let selection = try SelectionParser(resource, call.actor.access.restrictions(of: resource.name))
            .parse(call.query)
        let found = try RecordReader(resource, call.transaction()).find(call.id(), selection)
        return try .record(found.json, version: found.version, for: call)
    }

    private static func create(_ resource: Resource, _ call: Call) throws -> Answer {
        let allowsDuplicate = try call.allowsDuplicate(resource)
        let transaction = try call.transaction()
        let record = try RecordService(resource, transaction).add(call.object(), allowsDuplicate: allowsDuplicate)
        return try created(record, in: transaction)
    }

    /// The answer to whoever made a record.
    static func created(_ record: Record, in transaction: Transaction) throws -> Answer {
        let resource = record.resource
        let shownOnce = try resource.rules.makeShownOnce(for: record, in: transaction)
        let made = try RecordReader(resource, transaction).written(record.id)
        return .created(
            try shownOnce.added(to: made.json),
            version: made.version,
            at: "/v1/\(resource.name)/\(record.id)"
        )
    }

    private static func change(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let record = try RecordService(resource, transaction).change(
            call.id(),
            call.object(),
            match: call.match
        )
        return try changed(record, in: transaction)
    }

    /// The answer to whoever changed a record.
    static func changed(_ record: Record, in transaction: Transaction) throws -> Answer {
        let changed = try RecordReader(record.resource, transaction).written(record.id)
        return .changed(changed.json, version: changed.version)
    }

    private static func remove(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        try RecordService(resource, call.transaction()).remove(call.id(), match: call.match)
        return .noContent
    }

    private static func restore(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        try call.refuseBody()
        let transaction = try call.transaction()
        let record = try RecordService(resource, transaction).restore(
            call.id(),
            match: call.match
        )
        return try changed(record, in: transaction)
    }
}

extension JSONObject {
    /// A JSON object as bytes, with these members behind its own.
    fileprivate func added(to json: [UInt8]) throws -> [UInt8] {
        guard !isEmpty else { return json }
        let members = try JSONReader.read(json).objectValue?.members ?? []
        return Array(JSONValue.object(JSONObject(members + self.members)).text.utf8)
    }
}

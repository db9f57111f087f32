import KoiFormats
import KoiHTTP
import KoiJSON

/// Files to be taken in.
package enum ImportRoutes {
    package static let routes: [Route] = [
        Route(.post, "/v1/imports", .deferred(add)).takingFile().documented(ImportDocumentation.add),
        .get("/v1/imports", list).documented(ImportDocumentation.list),
        .get("/v1/imports/{id}", show).documented(ImportDocumentation.show),
        .patch("/v1/imports/{id}", change).documented(ImportDocumentation.change),
        .delete("/v1/imports/{id}", remove).documented(ImportDocumentation.remove),
        .put("/v1/imports/{id}/execution", begin).documented(ImportDocumentation.begin),
        .delete("/v1/imports/{id}/execution", cancel).documented(ImportDocumentation.cancel),
        Route(.get, "/v1/imports/{id}/errors", .streamed(errors)).documented(ImportDocumentation.errors),
        .delete("/v1/imports/{id}/effect", undo).documented(ImportDocumentation.undo),
    ].map { $0.permitted(.anyone) }

    private static func add(_ call: Call, _ app: App, _ reply: @escaping Route.Reply) throws {
        let (resource, wish) = try ImportQuery(call.query).read(call, app.catalog)
        try call.actor.require(.import, on: resource.name)
        guard let upload = Upload(call.request.body) else { throw ImportIntake.empty }
        let (actor, request, language) = (call.actor, call.request.id, call.language)
        let intake = ImportIntake(folder: app.catalog.imports, randomness: app.randomness)
        try app.transfers.submit(reply) {
            let new = try intake.take(upload, wish, for: resource, as: actor, app.catalog)
            let made = try app.perform(as: actor, request: request) { try ImportService($0).add(new) }
            return .created(made.document(language, at: app.clock.now()), at: "/v1/imports/\(made.id)")
        }
    }

    private static func list(_ call: Call) throws -> Answer {
        let page = try PageQuery(call.query, of: "imports")
        let transaction = try call.transaction()
        var found = try ImportService(transaction).list(before: page.position()?.id, limit: page.limit + 1)
        let hasMore = found.count > page.limit
        if hasMore { found.removeLast() }
        let next = hasMore ? found.last.map { JSONValue.string(page.cursor(after: $0.id)) } : nil
        let items = found.map { $0.json(call.language, at: transaction.now) }
        return .json(Array((["items": .array(items), "next": next ?? .null] as JSONValue).text.utf8))
    }

    private static func show(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        return .json(try answer(call) { try $0.find(call.id()) })
    }

    private static func change(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        return .json(try answer(call) { try $0.change(call.id(), call.object()) })
    }

    private static func begin(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        try call.refuseBody()
        return .begun(try answer(call) { try $0.begin(call.id()) }, at: "/v1/imports/\(try call.id())")
    }

    private static func cancel(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        return .json(try answer(call) { try $0.cancel(call.id()) })
    }

    private static func undo(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        return .begun(try answer(call) { try $0.undo(call.id()) }, at: "/v1/imports/\(try call.id())")
    }

    private static func remove(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        try ImportService(call.transaction()).remove(call.id())
        return .noContent
    }

    private static func errors(_ call: Call, _ app: App) throws -> Answer {
        try call.refuseParameters()
        let order = try ImportService(call.transaction()).find(call.id())
        return try ImportErrors(order, app.catalog.imports, call.language).answer(to: call, app)
    }

    private static func answer(_ call: Call, _ work: (ImportService) throws -> Import) throws -> [UInt8] {
        let transaction = try call.transaction()
        return try work(ImportService(transaction)).document(call.language, at: transaction.now)
    }
}

extension Import {
    func document(_ language: Language, at now: Int64) -> [UInt8] {
        Array(json(language, at: now).text.utf8)
    }

    /// As clients see it.
    func json(_ language: Language, at now: Int64) -> JSONValue {
        let targets = settings.mapping
        let shown = columns.enumerated().map { index, column -> JSONValue in
            var object = column.json
            object["target"] = index < targets.count ? targets[index].map(JSONValue.string) ?? .null : .null
            return .object(object)
        }
        func time(_ value: Int64?) -> JSONValue { value.map { .string(Timestamp.text($0)) } ?? .null }
        var members: [JSONObject.Member] = [
            .init(name: "id", value: .integer(id)),
            .init(name: "resource", value: .string(resource)),
            .init(name: "user", value: user.map(JSONValue.integer) ?? .null),
            .init(name: "name", value: name.map(JSONValue.string) ?? .null),
            .init(name: "format", value: .string(format.rawValue)),
            .init(name: "encoding", value: .string(encoding)),
            .init(
                name: "delimiter",
                value: format == .csv ? .string(String(decoding: [dialect.delimiter], as: UTF8.self)) : .null
            ),
            .init(name: "size", value: .integer(Int64(size))),
            .init(name: "hasFile", value: .bool(file != nil)),
            .init(name: "state", value: .string(state.rawValue)),
            .init(name: "columns", value: .array(shown)),
        ]
        members += settings.json.members
        members += [
            .init(name: "preview", value: ["rows": preview["rows"] ?? [], "problems": problems(language)]),
            .init(name: "counts", value: .object(counts.json)),
            .init(name: "progress", value: progress(at: now)),
            .init(name: "job", value: job.map(JSONValue.integer) ?? .null),
            .init(name: "undo", value: undo.map(JSONValue.object) ?? .null),
            .init(
                name: "error",
                value: failure.map { ["code": .string($0.code), "message": .string($0.message(language))] } ?? .null
            ),
            .init(name: "createdAt", value: time(createdAt)),
            .init(name: "startedAt", value: time(startedAt)),
            .init(name: "finishedAt", value: time(finishedAt)),
            .init(name: "expiresAt", value: time(expiresAt)),
        ]
        return .object(JSONObject(members))
    }

    private func problems(_ language: Language) -> JSONValue {
        .array(
            (preview["problems"]?.arrayValue ?? []).map { value in
                [
                    "line": value["line"] ?? .null, "field": value["field"] ?? .null, "code": value["code"] ?? .null,
                    "message": value[language.rawValue] ?? .null,
                ]
            }
        )
    }

    /// How much of the file is read, and how long the rest will take at the pace so far.
    private func progress(at now: Int64) -> JSONValue {
        let done = state == .done || state == .checked ? size : max(place.offset - start.offset, 0)
        var left: JSONValue = .null
        if state == .running, let startedAt, done > 0, now > startedAt {
            let rest = Double(size - place.offset) / Double(done) * Double(now - startedAt) / 1_000
            left = .integer(Int64(exactly: rest.rounded(.up)) ?? 0)
        }
        return ["done": .integer(Int64(done)), "total": .integer(Int64(size)), "secondsLeft": left]
    }
}

/// What a client says of a file in the query.
struct ImportQuery {
    private let parameters: [Parameter]

    init(_ parameters: [Parameter]) throws {
        self.parameters = parameters
        for parameter in parameters where !ImportQuery.names.contains(parameter.name) {
            throw Problem.badParameter(
                parameter.name,
                Text(
                    "An import takes resource, name, format, encoding and delimiter.",
                    "导入只接受 resource、name、format、encoding 和 delimiter。"
                )
            )
        }
    }

    private static let names: Set<String> = ["resource", "name", "format", "encoding", "delimiter"]

    func read(_ call: Call, _ catalog: Catalog) throws -> (Resource, ImportIntake.Wish) {
        guard let name = self["resource"], let resource = catalog.resources[name], resource.isImportable else {
            let names = catalog.resources.all.filter(\.isImportable).map(\.name).joined(separator: ", ")
            throw Problem.badParameter("resource", Text("Name one of: \(names).", "可选：\(names)。"))
        }
        try RequestBody.requirePlain(call.request.head)
        let type = call.request.head.fields["Content-Type"] ?? ""
        var wish = ImportIntake.Wish()
        wish.name = try self["name"].map(ImportQuery.checked)
        wish.format = try self["format"].map(ImportQuery.format) ?? ImportFormat(mediaType: RequestBody.essence(type))
        if let named = self["encoding"] ?? ImportQuery.charset(of: type) {
            guard let encoding = FileEncoding(named: named) else {
                let names = FileEncoding.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem.badParameter("encoding", Text("Name one of: \(names).", "可选：\(names)。"))
            }
            wish.encoding = encoding
        }
        wish.delimiter = try self["delimiter"].map(ImportQuery.delimiter)
        return (resource, wish)
    }

    private subscript(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    private static func checked(_ name: String) throws -> String {
        do throws(ValueRefusal) {
            guard let text = try TextRule(maximum: 200).checked(.string(name)).stringValue else {
                throw ValueRefusal.required
            }
            return text
        } catch {
            throw Problem.badParameter("name", error.message)
        }
    }

    private static func format(_ name: String) throws -> ImportFormat {
        if name == "xlsx" || name == "xls" { throw ImportFormat.spreadsheet }
        guard let format = ImportFormat(rawValue: name) else {
            let names = ImportFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem.badParameter("format", Text("Name one of: \(names).", "可选：\(names)。"))
        }
        return format
    }

    private static func delimiter(_ text: String) throws -> UInt8 {
        guard let byte = (text == "tab" ? "\t" : text).utf8.first,
            CSVDialect.delimiters.contains(text == "tab" ? "\t" : text)
        else {
            throw Problem.badParameter("delimiter", Text("Give , ; | or tab.", "请填写 , ; | 或 tab。"))
        }
        return byte
    }

    /// RFC 4180 §3.
    private static func charset(of type: String) -> String? {
        for parameter in type.split(separator: ";").dropFirst() {
            let pair = parameter.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != " " && $0 != "\"" } }
            if pair.count == 2, pair[0].lowercased() == "charset" { return pair[1] }
        }
        return nil
    }
}

extension Resource {
    /// Whether its records are what people work with and bring along: they belong to somebody, and can be made.
    package var isImportable: Bool {
        changeableOwner != nil && operations.contains(.create) && !isAnonymous && shownOnce.isEmpty
    }
}

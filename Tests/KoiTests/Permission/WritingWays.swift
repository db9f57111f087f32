import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// Every way of changing records of one resource, tried by the subject: what it does not see is not there, what it sees
/// and may not do is refused, and neither leaves a trace.
struct WritingWays {
    /// How far a request came.
    enum Outcome: Equatable {
        case unseen
        case refused
        /// Permission let it through; what the resource's own rules then say is another matter.
        case passed
        case failed(String)

        init(_ answer: TestAnswer) {
            let rights = ["not_permitted", "out_of_reach"]
            switch (answer.status, answer.code) {
            case (.notFound, "not_found"): self = .unseen
            case (.forbidden, let code?) where rights.contains(code): self = .refused
            case (.ok, _), (.created, _), (.accepted, _), (.noContent, _), (.forbidden, _), (.conflict, _),
                (.unprocessableContent, _):
                self = .passed
            default: self = .failed(answer.text)
            }
        }
    }

    let cast: Cast
    let resource: Resource
    let model: PermissionModel
    let maker: RecordMaker
    private var koi: TestApp { cast.koi }
    private var path: String { "/v1/" + resource.name }

    init(_ model: PermissionModel, _ maker: RecordMaker) {
        cast = model.cast
        resource = model.resource
        self.model = model
        self.maker = maker
    }

    /// A living record of everybody.
    private func records() throws -> [JSONValue] {
        guard resource.ownerField != "id" else { return try koi.everything(resource) }
        let ids = try Cast.Owner.allCases.map { try maker.make(resource, owner: cast[$0]) }
        return try koi.everything(resource, from: ids[0]).filter { ids.contains($0["id"].integerValue ?? 0) }
    }

    private func wanted(_ verb: Verb, _ record: JSONValue) -> Outcome {
        !model.reaches(.read, record) ? .unseen : model.allows(verb, record) ? .passed : .refused
    }

    /// Tries a request on each record, and looks whether only what was let through has left a trace.
    private func tryEach(
        _ records: [JSONValue],
        _ wanted: (JSONValue) -> Outcome,
        inBin: Bool = false,
        byKey: Bool = false,
        by request: (String) throws -> TestAnswer
    ) throws {
        for record in records {
            let target = path + (byKey ? try #require(record.keyAddress) : "/" + record["id"].text)
            let answer = try request(target)
            #expect(
                Outcome(answer) == wanted(record),
                "\(target), owner \(record[resource.ownerField ?? ""]): \(answer.text)"
            )
        }
        let list = try koi.everything(resource, from: records.ids.first ?? 1, inBin: inBin)
        let untouched = records.filter { wanted($0) != .passed || !model.reaches(.read, $0) }
        #expect(untouched.allSatisfy(list.contains), "\(path): what was refused was done")
    }

    // MARK: Each verb

    func change() throws {
        guard resource.operations.contains(.change) else { return }
        let records = try records()
        let field = resource.declared.first { field in
            guard case .text(let rule) = field.kind else { return false }
            return !field.isReadOnly && !field.isFixed && rule.format == .line
        }
        let patch = JSONObject(field.map { [.init(name: $0.name, value: "Changed")] } ?? [])
        try tryEach(records, { wanted(.change, $0) }, by: { try cast.ask(.patch, $0, .object(patch)) })
        // To whoever does not see who has a key it is one to make a record with, and taken.
        let unseen = model.isPersonal ? Outcome.passed : .refused
        try tryEach(
            records.filter { $0.keyAddress != nil },
            { model.reaches(.read, $0) ? wanted(.change, $0) : unseen },
            byKey: true,
            by: { try cast.ask(.put, $0, .object(patch)) }
        )
        // Whether the version fits is told only to those who see the record, and after their right.
        try tryEach(
            records.filter { wanted(.change, $0) != .passed },
            { wanted(.change, $0) },
            by: { try cast.ask(.patch, $0, .object(patch), fields: [("If-Match", "\"999\"")]) }
        )
        try changeMany(records.ids)
    }

    /// Of many at once those that are seen and may be changed are, and no others.
    private func changeMany(_ ids: [Int64]) throws {
        let list = "id=" + ids.map(String.init).joined(separator: ",")
        let records = try koi.everything(resource, list)
        let patch: JSONValue = resource.takesExternalIDs ? ["externalIds": []] : [:]
        let begun = try cast.ask(.patch, "\(path)?\(list)", patch)
        let mayAny = model.isPersonal || model.rights[.change] ?? .none > .none
        #expect(begun.status == (mayAny ? .accepted : .forbidden), "PATCH \(path): \(begun.text)")
        let preview = try cast.ask(.patch, "\(path)?\(list)&preview=true", patch)
        if mayAny { #expect(preview["count"] == .integer(Int64(model.visible(records).count)), "PATCH \(path)") }
        try koi.worker(MassJob.kind).runDue()
        let untouched = records.filter { !model.allows(.change, $0) }
        let after = try koi.everything(resource, list)
        #expect(untouched.allSatisfy(after.contains), "PATCH \(path)?\(list)")
    }

    func remove() throws {
        guard resource.operations.contains(.remove) else { return }
        let records = try records()
        let keyed = records.enumerated().filter { $0 % 2 == 1 && $1.keyAddress != nil }.map(\.element)
        let others = records.filter { !keyed.contains($0) }
        try tryEach(others, { wanted(.remove, $0) }, by: { try cast.ask(.delete, $0) })
        try tryEach(keyed, { wanted(.remove, $0) }, byKey: true, by: { try cast.ask(.delete, $0) })
    }

    func restore() throws {
        guard resource.operations.contains(.restore) else { return }
        let ids = try records().ids
        try koi.app.perform { [resource] transaction in
            // One may hang on the one before, as a team on the team above it.
            for id in ids.reversed() { try RecordService(resource, transaction).remove(id) }
        }
        let removed = try koi.everything(resource, from: ids[0], inBin: true).filter {
            ids.contains($0["id"].integerValue ?? 0)
        }
        try tryEach(removed, { wanted(.remove, $0) }, inBin: true, by: { try cast.ask(.put, $0 + "/restoration") })
    }

    func create() throws {
        guard resource.operations.contains(.create), !model.isPersonal else { return }
        for owner in Cast.Owner.allCases {
            var body = try maker.body(resource)
            if model.hasSettableOwner, let field = resource.ownerField {
                body[field] = cast[owner].map(JSONValue.integer) ?? .null
            }
            // Without an owner the record is its maker's, where the right does not reach everybody's.
            let isOwn = model.hasSettableOwner && owner == .nobody && model.rights[.create] != .all
            let isAllowed = model.allowsNew(isOwn ? cast.subject : cast[owner])
            let newest = try koi.page(resource, "sort=-id&limit=1").items.ids
            let answer = try cast.ask(.post, path, .object(body))
            #expect(Outcome(answer) == (isAllowed ? .passed : .refused), "POST \(path) for \(owner): \(answer.text)")
            let isAdded = try koi.page(resource, "sort=-id&limit=1").items.ids != newest
            #expect(isAdded == (answer.status == .created), "POST \(path) for \(owner)")
        }
    }

    func assign() throws {
        guard resource.operations.contains(.change), model.hasSettableOwner, let field = resource.ownerField,
            resource.field(field)?.isFixed == false
        else { return }
        for owner in Cast.Owner.allCases {
            let patch: JSONValue = [field: cast[owner].map(JSONValue.integer) ?? .null]
            let wanted: (JSONValue) -> Outcome = { record in
                guard model.reaches(.read, record) else { return .unseen }
                return model.allowsAssignment(of: record, to: cast[owner]) ? .passed : .refused
            }
            try tryEach(try records(), wanted, by: { try hand($0, by: patch) })
        }
    }

    /// No ticket changes hands without a reason.
    private func hand(_ record: String, by patch: JSONValue) throws -> TestAnswer {
        guard resource.name == Ticket.resource.name else { return try cast.ask(.patch, record, patch) }
        var body = patch.objectValue ?? [:]
        body["reason"] = "Knows pumps"
        return try cast.ask(.put, record + "/owner", .object(body))
    }

    // MARK: What else hangs on a record

    /// Any other route below a record: to whoever does not see the record it answers as if there were none.
    func below(_ routes: [Route]) throws {
        let records = try records().filter { !model.reaches(.read, $0) }
        for route in routes {
            let body = route.documentation?.request.map { Sample(cast.subject).value(of: $0) }
            func ask(_ target: String) throws -> TestAnswer {
                let id = target.dropFirst(path.count + 1)
                let filled = route.pattern.replacing("{id}", with: id).replacing(
                    #/\{[a-z]+\}/#,
                    with: "\(cast.subject)"
                )
                return try cast.ask(route.method, filled, body)
            }
            let none = try ask(path + "/900000000")
            #expect(Outcome(none) == .unseen, "\(route.pattern) of no record: \(none.text)")
            try tryEach(records, { _ in .unseen }, by: ask)
        }
    }
}

/// A value that a schema of `openapi.yaml` allows.
private struct Sample {
    private let user: Int64

    init(_ user: Int64) {
        self.user = user
    }

    func value(of schema: JSONValue) -> JSONValue {
        if let first = schema["enum"].arrayValue?.first { return first }
        let types = schema["type"].arrayValue ?? [schema["type"]]
        if types.contains("integer") { return .integer(user) }
        if types.contains("object") {
            let required = (schema["required"].arrayValue ?? []).compactMap(\.stringValue)
            return .object(
                JSONObject(required.map { .init(name: $0, value: value(of: schema["properties"][$0])) })
            )
        }
        if types.contains("boolean") { return true }
        if types.contains("array") { return [] }
        return schema["format"] == "date-time" ? "2027-02-03T04:05:06.789Z" : "Text"
    }
}

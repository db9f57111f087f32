import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// What a role masks or hides is nowhere shown, whatever the resource and the way of asking.
struct `A field that is held back` {
    /// Those with a field of which a part can be shown.
    private static let resources = Routes.resources.filter { resource in
        resource.takesCustomFields || resource.declared.contains { Mask($0.kind) != nil }
    }

    @Test(arguments: resources)
    func `is shown masked in every answer`(resource: Resource) throws {
        try look(for: resource, "masked", in: TestApp())
    }

    @Test(arguments: resources)
    func `is in no answer where it is hidden`(resource: Resource) throws {
        try look(for: resource, "hidden", in: TestApp())
    }

    @Test func `of a new resource is held back just so`() throws {
        for reading in ["masked", "hidden"] { try look(for: Parcel.resource, reading, in: Parcel.app()) }
    }

    private func look(for resource: Resource, _ reading: String, in koi: TestApp) throws {
        let cast = try Cast(koi)
        let maker = try RecordMaker(koi)
        for _ in 0..<2 { _ = try maker.make(resource, owner: cast.subject) }
        let holders = try holders(of: resource, maker, cast)
        let held = resource.declared.filter { Mask($0.kind) != nil }
        var fields = JSONObject(held.map { .init(name: $0.name, value: ["read": .string(reading), "write": false]) })
        if resource.takesCustomFields { fields["custom." + RecordMaker.customKey] = ["read": .string(reading)] }
        let rights = [Verb.read: Scope.all, .export: .all]
        try cast.give(["*": rights, resource.name: rights], fields: [resource.name: .object(fields)])
        let records = try koi.everything(resource)
        let names = held.map(\.name)
        var secrets = Set(records.flatMap { record in names.compactMap { record[$0].stringValue } })
        secrets.formUnion(records.compactMap { $0["custom"][RecordMaker.customKey].stringValue })
        #expect(!secrets.isEmpty)
        let path = "/v1/" + resource.name
        var answers: [(String, TestAnswer)] = []
        func ask(_ target: String, _ fields: [(String, String)] = []) throws {
            answers.append((target, try cast.ask(.get, target, fields: fields)))
        }
        try ask(path + "?limit=500")
        try ask(path + "?limit=500&total=true&sort=-id")
        for id in records.ids.suffix(3) { try ask("\(path)/\(id)") }
        if resource.isSearchable {
            try ask("\(path)?q=\(RecordMaker.word)")
            try ask("/v1/search?q=\(RecordMaker.word)&resources=\(resource.name)")
        }
        if resource.isMirrored {
            let feed = try cast.ask(.get, "/v1/changes?resource=\(resource.name)&after=0&limit=500").items
            let told = feed.map { $0["record"].text }
            #expect(!told.isEmpty)
            for secret in secrets {
                #expect(!told.contains { $0.contains("\"\(secret)\"") }, "the feed shows \(secret)")
            }
        }
        let view = try cast.ask(.post, "/v1/views", ["resource": .string(resource.name), "name": "V", "sort": "-id"])
        if let id = view["id"].integerValue, resource.name != "views" { try ask("\(path)?view=\(id)") }
        for (target, answer) in answers {
            #expect(answer.status == .ok, "\(target): \(answer.text)")
            let values = answer.text.replacing(/"[A-Za-z]+":/, with: "")
            for secret in secrets { #expect(!values.contains("\"\(secret)\""), "\(target) shows \(secret)") }
            guard reading == "hidden" else { continue }
            let items = answer["items"].arrayValue ?? [answer.json]
            let keys = Set(items.flatMap { ($0["record"].objectValue ?? $0.objectValue ?? [:]).members.map(\.name) })
            #expect(keys.isDisjoint(with: names), "\(target)")
        }
        for (holder, field) in holders {
            let answer = try cast.ask(.get, "/v1/\(holder)?expand=\(field)&limit=500&fields=id,\(field)")
            for secret in secrets { #expect(!answer.text.contains("\"\(secret)\""), "\(holder) shows \(secret)") }
        }
        for query in ["?limit=500", ""] {
            let table = try cast.ask(.get, path + query, fields: [("Accept", "text/csv")]).text
            let cells = Set(table.split { $0 == "," || $0 == "\r\n" }.map(String.init))
            #expect(cells.isDisjoint(with: secrets), "\(path) as CSV")
            let headings = Set(table.prefix { $0 != "\r\n" }.split(separator: ",").map(String.init))
            for field in held { #expect(headings.contains(field.label.en) == (reading == "masked"), "\(field.name)") }
        }
        for type in ExportForm.forms(of: resource).map(\.type).dropFirst() {
            let file = try cast.ask(.get, path, fields: [("Accept", type)]).text
            for secret in secrets {
                #expect(!file.contains("\"\(secret)\"") && !file.contains(":\(secret)\r"), "\(path) as \(type)")
            }
        }
    }

    /// Makes records of other resources that name those of this one, and says by which field.
    private func holders(of resource: Resource, _ maker: RecordMaker, _ cast: Cast) throws -> [(String, String)] {
        var holders: [(String, String)] = []
        for holder in cast.koi.app.catalog.resources.all where holder.name != resource.name {
            for field in holder.fields where field.expandsTo == resource.name {
                _ = try maker.make(holder, owner: cast.subject)
                holders.append((holder.name, field.name))
            }
        }
        return holders
    }
}

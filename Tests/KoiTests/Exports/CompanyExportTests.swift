import Foundation
import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `All that a company has` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    // MARK: Helpers

    private func export(_ koi: TestApp, _ worker: JobWorker? = nil) throws -> [JSONValue] {
        let begun = try koi.request(.post, "/v1/exports")
        #expect(begun.status == .accepted, "\(begun.text)")
        try (worker ?? koi.worker(CompanyExportJob.kind)).runDue()
        return try lines(koi, #require(begun["id"].integerValue))
    }

    private func lines(_ koi: TestApp, _ id: Int64) throws -> [JSONValue] {
        let file = try #require(try stored(koi, id).file)
        return try koi.bytes(of: "exports/" + file).split(separator: 0x0A).map { try JSONReader.read(Array($0)) }
    }

    private func stored(_ koi: TestApp, _ id: Int64) throws -> CompanyExport {
        try #require(try koi.app.perform { try CompanyExportStore($0.connection).find(id) })
    }

    /// Has a Koi carry out what the lines of a file say.
    ///
    /// - Returns: the lines that were refused, with the codes.
    private func take(_ lines: [JSONValue], into koi: TestApp) throws -> [String] {
        try lines.dropFirst().dropLast().flatMap { line -> [String] in
            let answer = try koi.request(.post, "/v1/batch", ["operations": line])
            return (answer["results"].arrayValue ?? [["status": 500]]).filter {
                ($0["status"].integerValue ?? 500) >= 400
            }.map { "\(line.text): \($0.text)" }
        }
    }

    private func operations(_ lines: [JSONValue]) -> [JSONValue] {
        lines.dropFirst().dropLast().flatMap { $0.arrayValue ?? [] }
    }

    /// Another clock makes another company of it: in the tests nothing is random.
    private func anotherKoi() throws -> TestApp { try TestApp(clock: HeldClock("2026-11-22T10:00:00.000Z")) }

    /// A company with something of everything.
    private func fill(_ koi: TestApp) throws {
        try koi.request(
            .patch,
            "/v1/settings",
            ["companyName": "重庆机械", "currency": "EUR", "publicURL": "https://koi.example"]
        )
        try koi.make(
            "fields",
            ["resource": "customers", "key": "colour", "kind": "text", "labelEn": "C", "labelZh": "C"]
        )
        let role = try koi.make("roles", ["name": "Inside", "permissions": ["customers": ["read": "team"]]])
        try koi.request(.patch, "/v1/roles/3", ["note": "Ours"])
        let above = try koi.make("teams", ["name": "All"])
        let team = try koi.make("teams", ["name": "Sales", "parent": .integer(above)])
        let wang = try koi.make(
            "users",
            ["name": "Wang", "email": "wang@example.com", "role": .integer(role), "team": .integer(team)]
        )
        let li = try koi.make("users", ["name": "Li", "role": 3, "active": false])
        try koi.request(.patch, "/v1/teams/\(above)", ["lead": .integer(wang)])
        let acme = try koi.make(
            "customers",
            [
                "name": "Acme", "phone": "023 6868 1234", "owner": .integer(wang), "tags": ["a", "b"],
                "custom": ["colour": "red"], "externalIds": [["system": "erp", "key": "C-1"]],
            ]
        )
        try koi.make("customers?allowDuplicate=true", ["name": "Acme", "phone": "023 6868 1234"])
        let gone = try koi.make("customers", ["name": "Gone"])
        try koi.make(
            "contacts",
            [
                "name": "李明", "email": "li.ming@example.com",
                "customers": [["customer": .integer(acme), "role": "采购", "main": true], ["customer": .integer(gone)]],
            ]
        )
        try koi.request(.delete, "/v1/customers/\(gone)")
        try koi.request(.put, "/v1/customers/\(acme)/collaborators/1", ["access": "write"])
        _ = li
        for (channel, state) in [("mail", "given"), ("sms", "withdrawn")] {
            let path = "/v1/contacts/1/consents/\(channel)/marketing"
            let said = try koi.request(.put, path, ["state": .string(state), "source": "Fair"])
            #expect(said.status == .ok, "\(said.text)")
        }
        try koi.make(
            "templates",
            ["name": "Hi", "channel": "mail", "variants": [["language": "zh", "subject": "您好", "text": "您好"]]]
        )
        try koi.make(
            "views",
            ["resource": "customers", "name": "Red", "filter": ["custom.colour": "red"], "shared": true]
        )
        try koi.make("views", ["resource": "customers", "name": "Mine", "filter": ["tier": "vip"]])
        try koi.make("views", ["resource": "customers", "name": "Wang's", "filter": ["owner": "2"], "shared": true])
    }

    // MARK: Tests

    @Test func `is the same in another Koi, where its numbers are others`() throws {
        try fill(koi)
        let lines = try export(koi)
        let other = try anotherKoi()
        try other.make("customers", ["name": "Here before"])
        #expect(try take(lines, into: other) == [])
        let again = try export(other)

        #expect(lines.first?["system"] != again.first?["system"])
        let rules = try #require(CompanyRules(lines.first?["system"].stringValue ?? ""))
        #expect(lines.dropFirst().dropLast().allSatisfy { rules.allows($0) })
        let (from, to) = (try Names(lines, nil), try Names(again, lines))
        #expect(from.normal(operations(lines)) == to.normal(operations(again)))
        #expect(lines.last?["leftOut"] == ["references": 1, "views": 1])
        let made = try other.request(.get, "/v1/customers?externalIds=erp:C-1&expand=owner").items.first
        #expect(made?["owner"]["email"] == "wang@example.com")
        #expect(made?["custom"] == ["colour": "red"])
        #expect(try other.request(.get, "/v1/settings")["companyName"] == "重庆机械")
        #expect(try other.request(.get, "/v1/settings")["publicURL"] == .null)
    }

    @Test func `is taken in again without doubling or changing anything`() throws {
        try fill(koi)
        let lines = try export(koi)
        let other = try anotherKoi()
        #expect(try take(lines, into: other) == [])
        func everything() throws -> [JSONValue] {
            try ["customers", "contacts", "users", "teams", "roles", "fields", "templates"].flatMap {
                try other.request(.get, "/v1/\($0)?limit=500").items
            }
        }
        let before = try everything()
        #expect(try take(lines, into: other) == [])
        #expect(try everything() == before)

        try koi.request(.patch, "/v1/customers/1", ["phone": .null, "name": "Acme Ltd"])
        koi.clock.advance(by: .seconds(1))
        #expect(try take(export(koi), into: other) == [])
        let changed = try other.request(.get, "/v1/customers?externalIds=erp:C-1").items
        #expect(changed.map { $0["name"] } == ["Acme Ltd"])
        #expect(changed.first?["phone"] == .null)
    }

    @Test func `does not undo what somebody said later`() throws {
        try fill(koi)
        let lines = try export(koi)
        let other = try anotherKoi()
        #expect(try take(lines, into: other) == [])
        other.clock.advance(by: .seconds(60))
        try other.request(.put, "/v1/contacts/1/consents/mail/marketing", ["state": "withdrawn"])
        let refused = try take(lines, into: other)
        #expect(refused.count == 1)
        #expect(refused.first?.contains("said_later") == true)
        let items = try other.request(.get, "/v1/contacts/1/consents")
        #expect(items.items.map { $0["state"] } == ["withdrawn", "withdrawn"])
        #expect(items["blocked"].arrayValue?.count == 1)
    }

    @Test func `blocks the addresses that are blocked here`() throws {
        func contact(_ name: String, _ email: String) throws -> Int64 {
            try koi.make("contacts", ["name": .string(name), "email": .string(email)])
        }
        let (first, _) = (try contact("A", "same@example.com"), try contact("B", "same@example.com"))
        let free = try contact("C", "free@example.com")
        try koi.request(.put, "/v1/contacts/\(free)/consents/mail/marketing", ["state": "given"])
        try koi.request(.put, "/v1/contacts/\(first)/consents/mail/service", ["state": "withdrawn"])
        try koi.request(.patch, "/v1/contacts/\(first)", ["email": "new@example.com"])
        let lines = try export(koi)
        let other = try anotherKoi()
        #expect(try take(lines, into: other) == [])
        let blocked = try ["A", "B", "C"].map { name in
            let id = try #require(try other.request(.get, "/v1/contacts?name=\(name)").items.first?["id"].integerValue)
            return try other.request(.get, "/v1/contacts/\(id)/consents")["blocked"]
        }
        #expect(blocked[1] == [["channel": "mail", "reasons": ["service"]]])
        #expect(blocked[2] == [])
        // The second time nothing else is said.
        #expect(try take(lines, into: other) == [])
    }

    @Test func `keeps the times at which it was made and changed`() throws {
        try koi.make("customers", ["name": "Acme"])
        koi.clock.advance(by: .seconds(3_600))
        try koi.request(.patch, "/v1/customers/1", ["phone": "023 6868 1234"])
        let before = try koi.request(.get, "/v1/customers/1")
        #expect(before["createdAt"] != before["updatedAt"])
        let lines = try export(koi)
        let other = try anotherKoi()
        other.clock.advance(by: .seconds(86_400))
        for _ in 0..<2 {
            #expect(try take(lines, into: other) == [])
            let after = try other.request(.get, "/v1/customers/1")
            #expect(after["createdAt"] == before["createdAt"])
            #expect(after["updatedAt"] == before["updatedAt"])
            #expect(after["version"] == 1)
        }
        // What is changed later is changed then.
        let paths = operations(lines).compactMap { $0["path"].stringValue }
        let path = try #require(paths.last { $0.hasPrefix("/v1/customers/") })
        let changed = try other.request(.put, path, ["name": "Acme Ltd", "updatedAt": before["updatedAt"]])
        #expect(changed["updatedAt"] != before["updatedAt"])
        // Nobody else may say when.
        let li = try other.person(["*": ["read": "all", "create": "all", "change": "all"]])
        let new = path.replacing("/1?", with: "/77?")
        let body: JSONValue = ["name": "New", "createdAt": "2001-01-01T00:00:00.000Z"]
        #expect(try other.request(.put, new, body, key: li.key).status == .unprocessableContent)
        #expect(try other.request(.put, "/v1/customers/by/erp/1", body).status == .unprocessableContent)
        let later: JSONValue = ["name": "New", "createdAt": "2101-01-01T00:00:00.000Z"]
        #expect(try other.request(.put, new, later).status == .unprocessableContent)
        let ahead: JSONValue = [
            "name": "New", "createdAt": "2101-01-01T00:00:00.000Z", "updatedAt": "2101-01-01T00:00:00.000Z",
        ]
        #expect(try other.request(.put, new, ahead)["createdAt"].stringValue == Timestamp.text(other.clock.now))
    }

    @Test func `is taken in where a field is required that not all records have`() throws {
        try fill(koi)
        let grade: JSONValue = [
            "resource": "customers", "key": "grade", "kind": "text", "labelEn": "G", "labelZh": "G", "required": true,
        ]
        try koi.make("fields", grade)
        let lines = try export(koi)
        let other = try anotherKoi()
        #expect(try take(lines, into: other) == [])
        let made = try other.request(.get, "/v1/fields?key=grade").items
        #expect(made.map { $0["required"] } == [true])
    }

    @Test func `names records that came from here by their numbers`() throws {
        let id = try koi.make("customers", ["name": "Acme"])
        let system = try #require(try koi.request(.get, "/v1/exports")["system"].stringValue)
        #expect(try export(koi).first?["system"].stringValue == system)
        #expect(try koi.request(.get, "/v1/customers/by/\(system)/\(id)")["name"] == "Acme")
        #expect(try koi.request(.get, "/v1/customers/by/\(system)/99").status == .notFound)
        #expect(try koi.request(.get, "/v1/customers/by/\(system)0/\(id)").status == .notFound)
        let changed = try koi.request(.put, "/v1/customers/by/\(system)/\(id)", ["name": "Acme Ltd"])
        #expect(changed["id"] == .integer(id))
    }

    @Test func `has no administrator as whom nobody signs in and to whom nothing belongs`() throws {
        func users() throws -> [String] {
            operations(try export(koi)).compactMap { $0["path"].stringValue }.filter { $0.contains("/users/") }
        }
        let second = try koi.make("users", ["name": "Second", "role": 1])
        #expect(try users() == [])
        try koi.make("customers", ["name": "Acme", "owner": 1])
        #expect(try users().count == 1)
        try koi.make("customers", ["name": "Other", "owner": .integer(second)])
        #expect(try users().count == 2)
    }

    @Test func `is not ready once it was deleted while it was written`() throws {
        #expect(try koi.request(.post, "/v1/exports").status == .accepted)
        #expect(try koi.request(.delete, "/v1/exports/1").status == .noContent)
        let made = CompanyExportFile(name: "x", size: 1, lines: 1, position: "1", digest: "")
        _ = try koi.app.perform { transaction in
            try transaction.connection.run(
                #"UPDATE jobs SET state = 'running', "cancelRequested" = 1, "finishedAt" = NULL"#
            )
        }
        let isKept = try koi.app.perform { transaction in
            try CompanyExportStore(transaction.connection).finish(1, made, now: transaction.now, expiresAt: .max)
        }
        #expect(!isKept)
    }

    @Test func `says what it is, and whether it is whole`() throws {
        try fill(koi)
        let lines = try export(koi)
        let header = try #require(lines.first)
        #expect(header["format"] == "koi-company")
        #expect(header["counts"]["customers"] == 2)
        let export = try stored(koi, 1)
        #expect(header["position"].stringValue == export.position)
        let bytes = try koi.bytes(of: "exports/" + #require(export.file))
        #expect(export.size == Int64(bytes.count))
        #expect(lines.last?["lines"] == .integer(Int64(lines.count - 1)))
        let end = try #require(bytes.dropLast().lastIndex(of: 0x0A))
        #expect(lines.last?["sha256"].stringValue == Digest.hex(Digest.sha256(Array(bytes[...end]))))
        #expect(export.digest == lines.last?["sha256"].stringValue)
    }

    @Test func `has nothing that lets anybody in`() throws {
        try fill(koi)
        let made = try koi.request(.post, "/v1/webhooks", ["name": "ERP", "url": "https://erp.example.com"])
        let key = try koi.request(.post, "/v1/keys", ["name": "ERP key"])
        let lines = try export(koi)
        let text = lines.map(\.text).joined(separator: "\n")
        for secret in [made["secret"], key["key"], "ERP key", "erp.example.com", "koi.example", "Mine"] {
            #expect(!text.contains(try #require(secret.stringValue)))
        }
        let users = operations(lines).filter {
            $0["path"].stringValue?.hasPrefix("/v1/users/") == true && $0["body"] != .null
        }
        let members = Set(users.flatMap { ($0["body"].objectValue ?? [:]).members.map(\.name) })
        #expect(members == ["name", "email", "role", "team", "language", "timeZone", "calendar", "active"])
    }

    @Test func `is for those alone from whom nothing is withheld`() throws {
        _ = try export(koi)
        let li = try koi.person(["*": ["read": "all", "export": "all", "change": "all"], "jobs": ["read": "all"]])
        let narrow = try koi.request(.post, "/v1/keys", ["name": "N", "scopes": ["*.*"]])["key"].stringValue
        for key in [li.key, narrow] {
            for (method, path): (KoiHTTP.Method, String) in [
                (.post, "/v1/exports"), (.get, "/v1/exports"), (.get, "/v1/exports/1"), (.delete, "/v1/exports/1"),
                (.get, "/v1/exports/1/file"),
            ] {
                #expect(try koi.request(method, path, key: key).status == .forbidden, "\(method) \(path)")
            }
        }
        #expect(try koi.request(.get, "/v1/exports/1/file").status == .ok)
        #expect(try koi.events(of: "exports").map(\.type) == ["export.begun", "export.taken"])
    }

    @Test func `lies there for a day`() throws {
        let worker = try koi.worker(CompanyExportJob.kind, CompanyExportTrimming.kind)
        _ = try export(koi, worker)
        #expect(try koi.request(.get, "/v1/exports").items.map { $0["state"] } == ["ready"])
        let file = try #require(try stored(koi, 1).file)
        koi.clock.advance(by: .seconds(24 * 3_600))
        #expect(try koi.request(.get, "/v1/exports/1/file").code == "file_gone")
        try worker.runDue()
        #expect(koi.text(of: "exports/" + file) == nil)
        #expect(try koi.request(.get, "/v1/exports/1")["state"] == "gone")
    }

    @Test func `is deleted when somebody says so, and kept three times at most`() throws {
        for _ in 0..<3 { _ = try export(koi) }
        #expect(try koi.request(.post, "/v1/exports").code == "too_many_exports")
        let file = try #require(try stored(koi, 1).file)
        #expect(try koi.request(.delete, "/v1/exports/1").status == .noContent)
        #expect(koi.text(of: "exports/" + file) == nil)
        #expect(try koi.request(.post, "/v1/exports").status == .accepted)
        #expect(try koi.request(.post, "/v1/exports").code == "export_running")
        #expect(try koi.request(.get, "/v1/exports/4/file").code == "not_ready")
        #expect(try koi.request(.delete, "/v1/exports/4").status == .noContent)
        try koi.worker(CompanyExportJob.kind).runDue()
        #expect(try koi.request(.get, "/v1/exports/4")["state"] == "cancelled")
        #expect(try koi.request(.get, "/v1/exports/9").status == .notFound)
    }

    @Test func `goes with whoever is erased, be it written or on its way`() throws {
        try fill(koi)
        _ = try export(koi)
        let file = try #require(try stored(koi, 1).file)
        let begun = try koi.request(.post, "/v1/exports")
        #expect(begun.status == .accepted)
        #expect(try koi.request(.post, "/v1/contacts/1/erasure")["erased"]["exports"] == 1)
        #expect(koi.text(of: "exports/" + file) == nil)
        #expect(try koi.request(.get, "/v1/exports/1")["state"] == "gone")

        // What was written before the erasure is not kept, whoever has written it.
        let made = CompanyExportFile(name: "x", size: 1, lines: 1, position: "1", digest: "")
        let isKept = try koi.app.perform { transaction in
            try CompanyExportStore(transaction.connection).finish(2, made, now: transaction.now, expiresAt: .max)
        }
        #expect(!isKept)
        try koi.worker(CompanyExportJob.kind).runDue()
        let text = try lines(koi, 2).map(\.text).joined()
        #expect(!text.contains("li.ming@example.com"))
    }
}

struct `What a file of a company may ask for` {
    private let rules = CompanyRules("koi-0a1b")

    private func allows(_ method: String, _ path: String, _ body: JSONValue = [:]) -> Bool {
        rules?.allows([["method": .string(method), "path": .string(path), "body": body]]) ?? false
    }

    @Test func `is what exports say, and nothing else`() throws {
        #expect(allows("PATCH", "/v1/settings", ["currency": "EUR"]))
        #expect(allows("PATCH", "/v1/roles/2"))
        #expect(allows("PUT", "/v1/customers/by/koi-0a1b/17?allowDuplicate=true"))
        #expect(allows("GET", "/v1/users/by/koi-0a1b/17?fields=id"))
        #expect(allows("PUT", "/v1/customers/$customers-1-2/collaborators/$customers-1-2-user"))
        #expect(allows("PUT", "/v1/contacts/$contacts-1-mail-news/consents/mail/marketing"))
        for (method, path) in [
            ("DELETE", "/v1/customers/1"), ("POST", "/v1/users"), ("POST", "/v1/keys"), ("PATCH", "/v1/roles/1"),
            ("PATCH", "/v1/roles/6"), ("PATCH", "/v1/users/1"), ("PUT", "/v1/customers/by/erp/17"),
            ("PUT", "/v1/webhooks/by/koi-0a1b/1"), ("PUT", "/v1/keys/by/koi-0a1b/1"), ("GET", "/v1/events"),
            ("PUT", "/v1/customers/by/koi-0a1b/17?restore=true"), ("PUT", "/v1/customers/by/koi-0a1b/../1"),
            ("PUT", "/v1/customers/1/collaborators/2"), ("PUT", "/v1/contacts/1/consents/mail/marketing"),
            ("PUT", "/v1/customers/by/koi-0a1b/%2e"), ("PUT", "customers/by/koi-0a1b/1"), ("", "/v1/settings"),
        ] { #expect(!allows(method, path), "\(method) \(path)") }
        #expect(!allows("PATCH", "/v1/settings", ["publicURL": "https://evil.example"]))
        #expect(!allows("PATCH", "/v1/settings", ["mail": ["server": "evil.example"]]))
        #expect(rules?.allows([]) == false)
        #expect(rules?.allows(["method": "PATCH"]) == false)
        #expect(CompanyRules("erp") == nil)
        #expect(CompanyRules("koi-") == nil)
    }

    @Test func `meets the record that came from here`() throws {
        let theirs: JSONValue = [
            "method": "PUT", "path": "/v1/customers/by/koi-0a1b/17?allowDuplicate=true",
            "body": ["name": "A", "externalIds": [["system": "erp", "key": "C"], ["system": "koi-ff", "key": "5"]]],
        ]
        let aimed = try #require(rules).aimed([theirs], at: "koi-ff")
        #expect(aimed.first?["path"] == "/v1/customers/by/koi-ff/5?allowDuplicate=true")
        let keys: JSONValue = [["system": "erp", "key": "C"], ["system": "koi-0a1b", "key": "17"]]
        #expect(aimed.first?["body"]["externalIds"] == keys)
        #expect(try #require(rules).aimed([theirs], at: "koi-ee") == [theirs])
    }
}

/// What the records of a file are called in the Koi from which the first file came.
private struct Names {
    private let system: String
    private let original: String
    /// By path the original path.
    private var paths: [String: String] = [:]

    init(_ lines: [JSONValue], _ first: [JSONValue]?) throws {
        system = try #require(lines.first?["system"].stringValue)
        original = try #require((first ?? lines).first?["system"].stringValue)
        for operation in lines.dropFirst().dropLast().flatMap({ $0.arrayValue ?? [] }) {
            guard let path = operation["path"].stringValue.map(Names.plain), path.contains("/by/") else { continue }
            let keys = operation["body"]["externalIds"].arrayValue ?? []
            if first == nil {
                paths[path] = path
            } else if let key = keys.first(where: { $0["system"].stringValue == original })?["key"].stringValue {
                paths[path] = path.split(separator: "/").dropLast(2).map { "/" + $0 }.joined() + "/\(original)/\(key)"
            }
        }
    }

    private static func plain(_ path: String) -> String { path.split(separator: "?").first.map(String.init) ?? "" }

    private static let targets = [
        "owner": "users", "lead": "users", "team": "teams", "parent": "teams", "role": "roles", "customer": "customers",
    ]

    /// Each operation on what came from the first Koi as a text, without the order, which later numbers change.
    func normal(_ operations: [JSONValue]) -> Set<String> {
        Set(
            operations.compactMap { operation in
                guard let plain = operation["path"].stringValue.map(Names.plain) else { return nil }
                if plain.contains("/by/"), paths[plain] == nil { return nil }
                // By the names of operations, which have numbers in them, others refer to results.
                let rest = plain.split(separator: "/").map { $0.hasPrefix("$") ? "$" : String($0) }.joined(
                    separator: "/"
                )
                return (paths[plain] ?? rest) + " " + self.normal(operation["body"], "").text
            }
        )
    }

    private func normal(_ value: JSONValue, _ name: String) -> JSONValue {
        switch value {
        case .array(let items):
            return .array(items.filter { $0["system"].stringValue != original }.map { normal($0, name) })
        case .object(let object):
            if let key = object[system]?.stringValue, let target = Names.targets[name] {
                return .string(paths["/v1/\(target)/by/\(system)/\(key)"] ?? key)
            }
            let members = object.members.map { JSONObject.Member(name: $0.name, value: normal($0.value, $0.name)) }
            return .object(JSONObject(members.filter { $0.name != "externalIds" || $0.value != [] }))
        default: return value
        }
    }
}

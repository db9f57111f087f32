import Dispatch
import Glibc
import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `A request with a key` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private func send(
        _ method: KoiHTTP.Method,
        _ path: String,
        _ body: JSONValue? = nil,
        _ idempotencyKey: String,
        key: String? = nil
    ) throws -> TestAnswer {
        try koi.request(method, path, body, key: key, fields: [("Idempotency-Key", idempotencyKey)])
    }

    private func count() throws -> JSONValue {
        try koi.request(.get, "/v1/customers?total=true")["total"]
    }

    private func isReplayed(_ answer: TestAnswer) -> Bool { answer.fields["Idempotency-Replayed"] == "true" }

    @Test func `is carried out once and answered alike`() throws {
        let first = try send(.post, "/v1/customers", ["name": "重庆机械"], "a")
        let second = try send(.post, "/v1/customers", ["name": "重庆机械"], "\"a\"")
        #expect(first.status == .created)
        #expect(!isReplayed(first))
        #expect(second.status == .created)
        #expect(second.bytes == first.bytes)
        for field in ["ETag", "Location", "Content-Type", "Vary"] {
            #expect(second.fields[field] == first.fields[field])
        }
        #expect(isReplayed(second))
        #expect(try count() == 1)
        #expect(try koi.events(of: "customers").count == 1)

        for _ in 0..<2 {
            #expect(try send(.patch, "/v1/customers/1", ["tier": "vip"], "b")["version"] == 2)
            #expect(try send(.delete, "/v1/customers/1", nil, "c").status == .noContent)
            #expect(try send(.put, "/v1/customers/1/restoration", nil, "d")["version"] == 4)
            #expect(try send(.put, "/v1/customers/by/erp/1", ["name": "B"], "e").status == .created)
        }
        #expect(try count() == 2)
    }

    @Test func `is told from another under the same key`() throws {
        _ = try send(.post, "/v1/customers", ["name": "A"], "a")
        let others: [(KoiHTTP.Method, String, JSONValue)] = [
            (.post, "/v1/customers", ["name": "B"]), (.post, "/v1/contacts", ["name": "A"]),
            (.patch, "/v1/customers/1", ["name": "A"]), (.post, "/v1/customers?x=1", ["name": "A"]),
        ]
        for (method, path, body) in others {
            let answer = try send(method, path, body, "a")
            #expect(answer.status == .unprocessableContent)
            #expect(answer.code == "idempotency_key_reused")
        }
        #expect(try send(.get, "/v1/customers/1", nil, "a").status == .ok)
    }

    @Test func `that was refused may be mended under its key`() throws {
        #expect(try send(.post, "/v1/customers", ["name": ""], "a").status == .unprocessableContent)
        #expect(try send(.post, "/v1/customers", ["name": "A"], "a").status == .created)
        #expect(try send(.patch, "/v1/customers/9", ["name": "A"], "b").status == .notFound)
        #expect(try count() == 1)
    }

    @Test(arguments: [
        ("", false), ("a b", false), ("\"a b\"", true), ("\"a", false), ("\"a\\\"b\"", true), ("\"a\\b\"", false),
        ("\"\"", false), ("\"a\";x=1", false), ("ä", false), (String(repeating: "x", count: 255), true),
        (String(repeating: "x", count: 256), false), ("\"" + String(repeating: "\\\\", count: 255) + "\"", true),
        ("8e03978e-40d5-43dd-bc93-6894a57f9324", true),
    ])
    func `is refused where the key is none`(key: String, isKey: Bool) throws {
        let answer = try send(.post, "/v1/customers", ["name": "A"], key)
        #expect(answer.status == (isKey ? .created : .badRequest))
        #expect(isKey || answer.code == "bad_idempotency_key")
    }

    @Test func `is refused where there are two`() throws {
        let keys = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
        #expect(try koi.request(.post, "/v1/customers", ["name": "A"], fields: keys).code == "bad_idempotency_key")
    }

    @Test func `is another's where somebody else sends it`() throws {
        let key = try koi.keyOfUser(role: 1)
        let other = try koi.request(.post, "/v1/keys", ["name": "Other of the same user"])["key"].stringValue
        for shown in [nil, key, other] {
            let answer = try send(.post, "/v1/customers", ["name": "A"], "a", key: shown)
            #expect(answer.status == .created)
            #expect(!isReplayed(answer))
        }
        #expect(try count() == 3)
        try koi.request(.delete, "/v1/keys/3")
        #expect(try send(.post, "/v1/customers", ["name": "A"], "a", key: other).status == .unauthorized)
    }

    @Test func `shows nothing that its sender may not see any more`() throws {
        let role = try koi.request(
            .post,
            "/v1/roles",
            [
                "name": "Own",
                "permissions": ["customers": ["read": "own", "create": "own", "change": "own", "assign": "all"]],
            ]
        )
        let path = "/v1/roles/\(role["id"].integerValue ?? 0)"
        let key = try koi.keyOfUser(role: role["id"].integerValue ?? 0)
        let made = try send(.post, "/v1/customers", ["name": "A", "phone": "13800138000"], "a", key: key)
        #expect(
            try send(.post, "/v1/customers", ["name": "A", "phone": "13800138000"], "a", key: key).bytes == made.bytes
        )

        try koi.request(.patch, "/v1/customers/1", ["owner": 1])
        let gone = try send(.post, "/v1/customers", ["name": "A", "phone": "13800138000"], "a", key: key)
        #expect(gone.status == .conflict)
        #expect(gone.code == "answer_not_kept")
        #expect(gone.fields["Location"] == "/v1/customers/1")
        #expect(!gone.text.contains("13800138000"))
        try koi.request(.patch, "/v1/customers/1", ["owner": made["owner"]])
        #expect(
            try send(.post, "/v1/customers", ["name": "A", "phone": "13800138000"], "a", key: key).status == .created
        )

        try koi.request(.patch, path, ["fields": ["customers": ["phone": ["read": "masked"]]]])
        #expect(
            try send(.post, "/v1/customers", ["name": "A", "phone": "13800138000"], "a", key: key).code
                == "answer_not_kept"
        )
        #expect(try count() == 1)
    }

    @Test func `that gives a record away is answered again`() throws {
        let role = try koi.request(
            .post,
            "/v1/roles",
            [
                "name": "Own",
                "permissions": [
                    "users": ["read": "all"],
                    "customers": ["read": "own", "create": "own", "change": "own", "assign": "all"],
                ],
            ]
        )
        let key = try koi.keyOfUser(role: role["id"].integerValue ?? 0)
        _ = try send(.post, "/v1/customers", ["name": "A"], "a", key: key)
        let given = try send(.patch, "/v1/customers/1", ["owner": 1], "b", key: key)
        #expect(given["owner"] == 1)
        #expect(try send(.patch, "/v1/customers/1", ["owner": 1], "b", key: key).bytes == given.bytes)
    }

    @Test func `keeps a secret that is shown once sealed`() throws {
        let made = try send(.post, "/v1/keys", ["name": "ERP"], "a")
        let secret = try #require(made["key"].stringValue)
        #expect(try send(.post, "/v1/keys", ["name": "ERP"], "a")["key"] == made["key"])
        #expect(try koi.stored([secret]) == [])
    }

    @Test func `tells nothing of who was erased, and is not carried out again`() throws {
        let body: JSONValue = ["name": "欧阳魑魅", "notes": "schachqx schachqx"]
        _ = try send(.post, "/v1/contacts", body, "create-qxochimei@example.com")
        _ = try send(.post, "/v1/contacts", ["name": "Other"], "b")
        let sealed = try koi.app.perform { transaction in
            try transaction.connection.rows("SELECT substr(answer, 20, 60) FROM kept_answers ORDER BY id") {
                $0.blob(0)
            }
        }
        #expect(try koi.holds(sealed[0]))
        let disclosed = try koi.request(.get, "/v1/contacts/1/subject-export")
        #expect(disclosed["answers"].arrayValue?.first?["status"] == 201)
        let receipt = try koi.request(.post, "/v1/contacts/1/erasure")
        #expect(receipt["erased"]["answers"] == 1)
        try koi.worker(ErasureJob.kind).runDue()
        #expect(try koi.stored(["欧阳魑魅", "schachqx", "qxochimei"]) == [])
        #expect(try !koi.holds(sealed[0]))
        #expect(try koi.holds(sealed[1]))
        for body in [body, ["name": "Anything else"]] {
            #expect(try send(.post, "/v1/contacts", body, "create-qxochimei@example.com").code == "answer_not_kept")
        }
        #expect(try send(.post, "/v1/contacts", ["name": "Other"], "b").status == .created)
        #expect(try koi.request(.get, "/v1/contacts?total=true")["total"] == 2)
    }

    @Test func `is remembered for a day, restarts included`() throws {
        let made = try send(.post, "/v1/customers", ["name": "A"], "a")
        koi.close()
        let again = try TestApp(in: koi.folder, clock: koi.clock)
        let key = koi.key
        func repeated() throws -> TestAnswer {
            try again.request(.post, "/v1/customers", ["name": "A"], key: key, fields: [("Idempotency-Key", "a")])
        }
        #expect(try repeated().bytes == made.bytes)
        koi.clock.advance(by: .seconds(24 * 3_600))
        try again.worker(KeptAnswerTrimming.kind).runDue()
        #expect(try repeated().bytes == made.bytes)
        koi.clock.advance(by: .seconds(3_600))
        try again.worker(KeptAnswerTrimming.kind).runDue()
        #expect(try repeated()["id"] == 2)
        let left = try again.app.perform { transaction in
            try transaction.connection.first(
                "SELECT (SELECT count(*) FROM kept_answers) * 10 + (SELECT count(*) FROM kept_answer_records)"
            ) { $0.int(0) }
        }
        #expect(left == 11)
    }

    @Test func `is carried out once, however many send it at once`() throws {
        let answers = Notes<TestAnswer>()
        DispatchQueue.concurrentPerform(iterations: 16) { _ in
            guard let answer = try? send(.post, "/v1/customers", ["name": "A"], "a") else { return }
            answers.add(answer)
        }
        #expect(answers.all.count { $0.status == .created } == 16)
        #expect(Set(answers.all.map(\.bytes)).count == 1)
        #expect(try count() == 1)
    }

    @Test func `that is slow is refused a second time until it is done`() throws {
        let koi = koi
        let (began, mayEnd) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        koi.app.tasks.async {
            began.signal()
            mayEnd.wait()
        }
        began.wait()
        let first = Notes<TestAnswer>()
        let isDone = DispatchSemaphore(value: 0)
        DispatchQueue(label: "test.first").async {
            if let answer = try? koi.request(.post, "/v1/backups", fields: [("Idempotency-Key", "a")]) {
                first.add(answer)
            }
            isDone.signal()
        }
        while koi.app.underWay.isEmpty { sched_yield() }
        let second = try send(.post, "/v1/backups", nil, "a")
        #expect(second.code == "idempotency_key_in_use")
        #expect(second.fields["Retry-After"] == "1")
        mayEnd.signal()
        isDone.wait()
        let made = try #require(first.all.first)
        #expect(made.status == .created, "\(made.text)")
        let third = try send(.post, "/v1/backups", nil, "a")
        #expect(third.bytes == made.bytes)
        #expect(isReplayed(third))
        #expect(try koi.request(.get, "/v1/backups").items.count == 1)
    }

    @Test func `that is slow and one for the writer do not share a key`() throws {
        let koi = koi
        let (began, mayEnd) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        koi.app.tasks.async {
            began.signal()
            mayEnd.wait()
        }
        began.wait()
        let isDone = DispatchSemaphore(value: 0)
        DispatchQueue(label: "test.first").async {
            _ = try? koi.request(.post, "/v1/backups", fields: [("Idempotency-Key", "a")])
            isDone.signal()
        }
        while koi.app.underWay.isEmpty { sched_yield() }
        #expect(try send(.post, "/v1/customers", ["name": "A"], "a").code == "idempotency_key_in_use")
        mayEnd.signal()
        isDone.wait()
        #expect(try send(.post, "/v1/customers", ["name": "A"], "a").code == "idempotency_key_reused")
        #expect(try count() == 0)
    }

    @Test func `of many parts is told from another`() throws {
        func send(_ content: String, _ filename: String = "a.csv") throws -> TestAnswer {
            let part = Part(
                name: "file",
                filename: filename,
                contentType: "text/csv",
                content: .bytes(Array(content.utf8))
            )
            return TestAnswer(
                try koi.response(
                    .post,
                    "/v1/imports?resource=customers",
                    .parts([part]),
                    fields: [("Idempotency-Key", "a"), ("Content-Type", "multipart/form-data; boundary=x")]
                )
            )
        }
        let first = try send("name\nA\n")
        #expect(first.status == .created, "\(first.text)")
        #expect(try send("name\nA\n").bytes == first.bytes)
        #expect(try send("name\nB\n").code == "idempotency_key_reused")
        #expect(try send("name\nA\n", "b.csv").code == "idempotency_key_reused")
    }

    @Test func `is forgotten in time, whatever the clock said before`() throws {
        for key in ["a", "b"] { _ = try send(.post, "/v1/customers", ["name": "A"], key) }
        try koi.app.perform { transaction in
            let later = transaction.now + 365 * 24 * 3_600_000
            try transaction.connection.run("UPDATE kept_answers SET at = ? WHERE id = 1", [.integer(later)])
        }
        try koi.worker(KeptAnswerTrimming.kind).runDue()
        koi.clock.advance(by: .seconds(25 * 3_600))
        try koi.worker(KeptAnswerTrimming.kind).runDue()
        let left = try koi.app.perform { transaction in
            try transaction.connection.first("SELECT count(*) FROM kept_answers") { $0.int(0) }
        }
        #expect(left == 0)
    }

    @Test func `is answered again whatever has changed that it has nothing to do with`() throws {
        let li = try koi.person(["customers": ["read": "team", "create": "team"], "contacts": ["read": "team"]])
        let team = try koi.make("teams", ["name": "Sales"])
        try koi.request(.patch, "/v1/users/\(li.id)", ["team": .integer(team)])
        let made = try send(.post, "/v1/customers", ["name": "A"], "a", key: li.key)
        #expect(made.status == .created, "\(made.text)")

        let colleague = try koi.person(named: "Wang", [:])
        try koi.request(.patch, "/v1/users/\(colleague.id)", ["team": .integer(team)])
        #expect(try send(.post, "/v1/customers", ["name": "A"], "a", key: li.key).bytes == made.bytes)

        let rights: JSONValue = [
            "customers": ["read": "team", "create": "team"], "contacts": ["read": "all", "create": "own"],
        ]
        try koi.request(.patch, "/v1/roles/\(li.role)", ["permissions": rights])
        #expect(try send(.post, "/v1/customers", ["name": "A"], "a", key: li.key).bytes == made.bytes)

        try koi.request(.patch, "/v1/roles/\(li.role)", ["permissions": ["customers": ["create": "none"]]])
        #expect(try send(.post, "/v1/customers", ["name": "A"], "a", key: li.key).code == "answer_not_kept")
    }

    @Test func `about a record tells nothing to whom it is no longer shown`() throws {
        try koi.make("contacts", ["name": "Ming", "mobile": "13800138000"])
        let li = try koi.person(["contacts": ["read": "own", "change": "own"]])
        try koi.request(.put, "/v1/contacts/1/collaborators/\(li.id)", ["access": "write"])
        let path = "/v1/contacts/1/consents/sms/marketing"
        let consent: JSONValue = ["state": "given", "source": "Fair"]
        let other = path.replacing("marketing", with: "service")
        let batch: JSONValue = ["operations": [["method": "PUT", "path": .string(other), "body": consent]]]
        func say(_ key: String) throws -> [TestAnswer] {
            [
                try send(.put, path, consent, key, key: li.key),
                try send(.post, "/v1/batch", batch, key + "-batch", key: li.key),
            ]
        }
        let said = try say("a")
        #expect(said.map(\.status) == [.ok, .ok], "\(said.map(\.text))")
        #expect(try say("a").map(\.bytes) == said.map(\.bytes))
        let ended = try koi.request(.delete, "/v1/contacts/1/collaborators/\(li.id)")
        #expect(ended.status == .noContent, "\(ended.text)")
        #expect(try koi.request(.get, "/v1/contacts/1", key: li.key).status == .notFound)
        let again = try say("a")
        #expect(again.map(\.code) == ["answer_not_kept", "answer_not_kept"], "\(again.map(\.text))")
    }

    @Test func `about a person tells nothing of who was erased`() throws {
        try koi.make("contacts", ["name": "Ming", "mobile": "13800138000"])
        let path = "/v1/contacts/1/consents/sms/marketing"
        let consent: JSONValue = ["state": "given", "evidence": "schachqx schachqx"]
        #expect(try send(.put, path, consent, "a").status == .ok)
        try koi.request(.post, "/v1/contacts/1/erasure")
        #expect(try send(.put, path, consent, "a").code == "answer_not_kept")
    }

    @Test func `shows again what is held back from others, and that is written down`() throws {
        _ = try koi.person(["*": ["read": "all"]], held: ["customers": ["phone": ["read": "masked"]]])
        for _ in 0..<2 { _ = try send(.post, "/v1/customers", ["name": "A", "phone": "13800138000"], "a") }
        let once: JSONValue = [1, "customers", [1], ["phone"], .null]
        #expect(try koi.noted("read") == [once, once])
    }

    @Test func `leaves no trace of an anonymous answer`() throws {
        let anonymous = Resource(
            "customers",
            singular: "customer",
            Customer.resource.label,
            plural: Customer.resource.pluralLabel,
            isAnonymous: true,
            fields: Customer.fields
        )
        let koi = try TestApp(resources: [anonymous] + Routes.resources.filter { $0.name != "customers" })
        for _ in 0..<2 {
            let made = try koi.request(.post, "/v1/customers", ["name": "A"], fields: [("Idempotency-Key", "a")])
            #expect(made.status == .created)
        }
        let kept = try koi.app.perform { transaction in
            try transaction.connection.first("SELECT count(*) FROM kept_answers") { $0.int(0) }
        }
        #expect(kept == 0)
    }
}

import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

@Suite struct SubjectExportTests {
    private func addPerson(to koi: TestApp) throws -> String {
        try koi.request(.post, "/v1/customers", ["name": "Nordlicht GmbH", "phone": "137 9955 3311"])
        let made = try koi.request(
            .post,
            "/v1/contacts",
            [
                "name": "欧阳魑魅", "mobile": "13799553311", "notes": "First",
                "customers": [["customer": 1, "role": "Buyer"]],
            ]
        )
        let path = "/v1/contacts/\(made["id"].integerValue ?? 0)"
        try koi.request(.patch, path, ["notes": "Second"])
        return path
    }

    @Test func `a person is told all that is held, in clear`() throws {
        let koi = try TestApp()
        let path = try addPerson(to: koi)
        try koi.request(.put, path + "/collaborators/1", ["access": "write"])
        let answer = try koi.request(.get, path + "/subject-export")
        #expect(answer.status == .ok)
        #expect(answer.fields["Content-Disposition"] == "attachment; filename=\"contact-1.json\"")
        #expect(answer["record"] == (try koi.request(.get, path).json))
        let events = answer["events"].arrayValue ?? []
        #expect(events.map { $0["type"] }.starts(with: ["contact.created", "contact.changed"]))
        #expect(events[1]["changes"] == ["before": ["notes": "First"], "after": ["notes": "Second"]])
        #expect(answer["mentions"] == [["resource": "customers", "record": 1]])
        #expect(answer["erasures"] == [])

        let customer = try koi.request(.get, "/v1/customers/1/subject-export")
        #expect(customer["references"] == [["resource": "contacts", "record": 1]])
        #expect(customer["mentions"] == [["resource": "contacts", "record": 1]])
    }

    @Test func `that it was given out is an event before it goes out`() throws {
        let koi = try TestApp()
        let path = try addPerson(to: koi)
        try koi.request(.get, path + "/subject-export")
        #expect(try koi.eventTypes().last == "contact.disclosed")
        let again = try koi.request(.get, path + "/subject-export")
        #expect(again["events"].arrayValue?.last?["type"] == "contact.disclosed")
    }

    @Test func `an erased person has nothing left to be told`() throws {
        let koi = try TestApp()
        let path = try addPerson(to: koi)
        try koi.request(.get, path + "/subject-export")
        try koi.request(.post, path + "/erasure")
        let answer = try koi.request(.get, path + "/subject-export")
        #expect(!answer.text.contains("魑魅"))
        #expect(!answer.text.contains("13799553311"))
        #expect(!answer.text.contains("First"))
        #expect(answer["erasures"].arrayValue?.count == 1)
        #expect(answer["events"].arrayValue?.first?["changes"] == .null)
        #expect(answer["mentions"] == [])
    }

    @Test func `nobody is told of who was erased, and nothing is sent to them`() throws {
        let koi = try TestApp()
        try koi.request(.post, "/v1/contacts", ["name": "欧阳魑魅", "email": "qxochimei@example.com"])
        try koi.request(.post, "/v1/contacts", ["name": "Other", "email": "other@example.com"])
        try koi.app.perform { transaction in
            let user = try FirstUser.ensure(in: transaction)
            for record in [1, 2] as [Int64] {
                try transaction.connection.run(
                    """
                    INSERT INTO notifications ("user", kind, resource, record, shown, "createdAt")
                    VALUES (?, 'recordGiven', 'contacts', ?, 1, 0)
                    """,
                    [.integer(user), .integer(record)]
                )
            }
            for (token, recipient) in [("a", "qxochimei@example.com"), ("b", "other@example.com")] {
                try transaction.connection.run(
                    """
                    INSERT INTO outbox (channel, recipient, template, token, "maximumAttempts", due, "createdAt")
                    VALUES ('mail', ?, 'test', ?, 5, 0, 0)
                    """,
                    [.text(recipient), .text(token)]
                )
            }
        }
        let told = try koi.request(.get, "/v1/contacts/1/subject-export")
        #expect(told["notifications"].arrayValue?.count == 1)
        #expect(told["mails"].arrayValue?.count == 1)
        let receipt = try koi.request(.post, "/v1/contacts/1/erasure")
        #expect(receipt["erased"]["notifications"] == 1)
        #expect(receipt["erased"]["mails"] == 1)
        let left = try koi.app.perform { transaction in
            try transaction.connection.first(
                "SELECT (SELECT count(*) FROM notifications), (SELECT count(*) FROM outbox)"
            ) {
                [$0.int(0), $0.int(1)]
            }
        }
        #expect(left == [1, 1])
    }

    @Test func `it needs a right of its own`() throws {
        let koi = try TestApp()
        let path = try addPerson(to: koi) + "/subject-export"
        let role = try koi.request(
            .post,
            "/v1/roles",
            ["name": "Privacy", "permissions": ["contacts": ["read": "own"], "privacy": ["export": "all"]]]
        )
        #expect(try koi.request(.get, path, key: koi.keyOfUser(role: 2)).status == .forbidden)
        #expect(try koi.request(.get, path, key: koi.keyOfUser(role: role["id"].integerValue ?? 0)).status == .notFound)
    }

    @Test func `all of it that is held back from anybody is noted as seen`() throws {
        let koi = try TestApp()
        let path = try addPerson(to: koi)
        try koi.make(
            "fields",
            ["resource": "contacts", "key": "colour", "kind": "text", "labelEn": "C", "labelZh": "C"]
        )
        let person = try koi.person(
            ["*": ["read": "all"], "privacy": ["export": "all"]],
            held: ["contacts": ["mobile": ["read": "masked"], "custom.colour": ["read": "hidden"]]]
        )
        #expect(try koi.request(.get, path + "/subject-export", key: person.key).status == .ok)
        let noted = try #require(try koi.noted("read").first?.arrayValue)
        #expect(noted.contains(["custom.colour", "mobile"]))
    }

    @Test func `records that the actor may not see are not named`() throws {
        let koi = try TestApp()
        _ = try addPerson(to: koi)
        let person = try koi.person(["customers": ["read": "all"], "privacy": ["export": "all"]])
        let export = try koi.request(.get, "/v1/customers/1/subject-export", key: person.key)
        #expect(export["references"] == [])
        #expect(export["mentions"] == [])
    }

    @Test func `views that look for a person with a short name forget whom`() throws {
        let koi = try TestApp()
        let made = try koi.request(.post, "/v1/contacts", ["name": "张伟"])
        try koi.request(
            .post,
            "/v1/views",
            ["resource": "contacts", "name": "张伟", "filter": ["name": "张伟", "tags": "fair"]]
        )
        try koi.request(.post, "/v1/views", ["resource": "contacts", "name": "张伟民", "filter": ["tags": "fair"]])
        let id = made["id"].integerValue ?? 0
        let receipt = try koi.request(.post, "/v1/contacts/\(id)/erasure")
        #expect(receipt["erased"]["views"] == 1)
        #expect(receipt["tooShort"] == 1)
        let view = try koi.request(.get, "/v1/views/1")
        #expect(view["name"] == "#1")
        #expect(view["filter"] == ["name": "#1", "tags": "fair"])
        #expect(try koi.request(.get, "/v1/views/2")["name"] == "张伟民")
    }

    @Test func `views that look for the person forget whom`() throws {
        let koi = try TestApp()
        let path = try addPerson(to: koi)
        let view = try koi.request(
            .post,
            "/v1/views",
            ["resource": "contacts", "name": "Of 13799553311", "filter": ["mobile": "13799553311", "tags": "fair"]]
        )
        #expect(view.status == .created)
        try koi.request(.post, "/v1/views", ["resource": "contacts", "name": "Others", "filter": ["tags": "fair"]])
        let receipt = try koi.request(.post, path + "/erasure")
        #expect(receipt["erased"]["views"] == 1)
        let changed = try koi.request(.get, "/v1/views/1")
        #expect(changed["name"] == "#1")
        #expect(changed["filter"] == ["mobile": "#1", "tags": "fair"])
        #expect(try koi.request(.get, "/v1/views/2")["version"] == 1)
        try koi.worker(ErasureJob.kind).runDue()
        #expect(try koi.app.check() == [])
        // The customer's own number stays.
        let traces = try koi.stored(["Of 13799553311", #""mobile":"13799553311""#])
        #expect(traces == [])
    }
}

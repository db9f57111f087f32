import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The settings` {
    @Test func `are changed by a merge patch, with the version that was read`() throws {
        let koi = try TestApp()
        let first = try koi.request(.get, "/v1/settings")
        #expect(first["timeZone"] == "Asia/Shanghai")
        let tag = try #require(first.fields["ETag"])
        let patch: JSONValue = [
            "companyName": "重庆机械", "language": "en", "timeZone": "Europe/Berlin", "currency": "EUR",
            "publicURL": "https://koi.example.com/",
        ]
        let changed = try koi.request(.patch, "/v1/settings", patch, fields: [("If-Match", tag)])
        #expect(changed.status == .ok)
        #expect(changed["publicURL"] == "https://koi.example.com")
        #expect(changed["version"] == 2)
        #expect(
            try koi.request(.patch, "/v1/settings", patch, fields: [("If-Match", tag)]).status == .preconditionFailed
        )
        let newTag = try #require(changed.fields["ETag"])
        #expect(try koi.request(.get, "/v1/settings", fields: [("If-None-Match", newTag)]).status == .notModified)
        #expect(koi.app.catalog.settings.current.currency == "EUR")
        let event = try #require(try koi.events(of: "settings").last)
        #expect(event.type == "settings.changed")
        #expect(event.payload["before"]["currency"] == "CNY")
        #expect(event.payload["after"]["currency"] == "EUR")
    }

    @Test func `name every bad field at once`() throws {
        let koi = try TestApp()
        let answer = try koi.request(
            .patch,
            "/v1/settings",
            [
                "currency": "ABC", "timeZone": "Mars/Olympus", "publicURL": "ftp://x", "colour": "red", "version": 3,
                "mail": ["server": "mail server", "port": 70_000, "from": "me", "passwordSetAt": .null, "colour": 1],
            ]
        )
        #expect(answer.status == .unprocessableContent)
        let fields = answer["errors"].arrayValue?.compactMap { $0["field"].stringValue } ?? []
        #expect(
            Set(fields) == [
                "currency", "timeZone", "publicURL", "colour", "version", "mail.port", "mail.from",
                "mail.passwordSetAt",
                "mail.colour",
            ]
        )
        #expect(try koi.request(.get, "/v1/settings")["version"] == 1)
    }

    @Test(
        arguments: [
            (["server": "smtp.example.com"], "mail.from", "required"),
            (["server": "a b", "from": "k@example.com"], "mail.server", "not_host"),
            (["server": "-x.example", "from": "k@example.com"], "mail.server", "not_host"),
            (["server": "smtp.example.com", "from": "k@example.com", "security": "none"], "mail.security", "insecure"),
            (["server": "smtp.example.com", "from": "k@example.com", "user": "k"], "mail.password", "required"),
            (["server": "smtp.example.com", "from": "k@example.com", "password": "k"], "mail.user", "required"),
            (["password": "k"], "mail.server", "required"),
            (
                ["server": "smtp.example.com", "from": "k@example.com\r\nBcc: x@example.com"], "mail.from",
                "control_character"
            ),
        ] as [(JSONValue, String, String)]
    )
    func `of mail must agree with each other`(mail: JSONValue, field: String, code: String) throws {
        let koi = try TestApp()
        let answer = try koi.request(.patch, "/v1/settings", ["mail": mail])
        #expect(answer["errors"].arrayValue?.first?["field"] == .string(field))
        #expect(answer["errors"].arrayValue?.first?["code"] == .string(code))
    }

    @Test func `never show the password of the mail server`() throws {
        let koi = try TestApp()
        let mail: JSONValue = [
            "server": "smtp.example.com", "from": "k@example.com", "user": "k", "password": " s3cret-of-mail ",
        ]
        let changed = try koi.request(.patch, "/v1/settings", ["mail": mail])
        #expect(changed["mail"]["passwordSetAt"] == "2026-11-22T09:00:00.000Z")
        #expect(!changed.text.contains("s3cret"))
        #expect(try koi.request(.get, "/v1/settings")["mail"]["password"] == .null)
        for event in try koi.events(of: "settings") { #expect(!event.payload.text.contains("s3cret")) }
        let opened = try koi.app.perform { try SecretStore($0).open(at: MailServer.passwordPlace) }
        #expect(opened == Array(" s3cret-of-mail ".utf8))
    }

    @Test func `do not let the password go to a server that it was not given for`() throws {
        let koi = try TestApp()
        let mail: JSONValue = [
            "server": "smtp.example.com", "from": "k@example.com", "user": "k", "password": "s3cret",
        ]
        try koi.request(.patch, "/v1/settings", ["mail": mail])
        let moved = try koi.request(.patch, "/v1/settings", ["mail": ["server": "thief.example.com"]])
        #expect(moved["errors"].arrayValue?.first?["code"] == "password_again")
        #expect(try koi.request(.patch, "/v1/settings", ["mail": ["fromName": "Koi"]]).status == .ok)
        let again: JSONValue = ["server": "other.example.com", "password": "t0psecret"]
        #expect(try koi.request(.patch, "/v1/settings", ["mail": again]).status == .ok)
    }

    @Test func `forget the password together with the server`() throws {
        let koi = try TestApp()
        let mail: JSONValue = [
            "server": "smtp.example.com", "from": "k@example.com", "user": "k", "password": "s3cret",
        ]
        try koi.request(.patch, "/v1/settings", ["mail": mail])
        let cleared = try koi.request(.patch, "/v1/settings", ["mail": .null])
        #expect(cleared["mail"]["server"] == .null)
        #expect(cleared["mail"]["passwordSetAt"] == .null)
        #expect(koi.app.catalog.settings.current.mail == nil)
        #expect(try koi.app.perform { try SecretStore($0).open(at: MailServer.passwordPlace) } == nil)
    }

    @Test func `are seen and changed by who has the right to`() throws {
        let koi = try TestApp()
        let sales = try Colleague(role: 3, in: koi)
        let seen = try koi.request(.get, "/v1/settings", key: sales.key)
        #expect(seen.status == .ok)
        #expect(seen["currency"] == "CNY")
        #expect(seen.json.objectValue?["mail"] == nil)
        #expect(try koi.request(.get, "/v1/settings").json.objectValue?["mail"] != nil)
        let refused = try koi.request(.patch, "/v1/settings", ["companyName": "X"], key: sales.key)
        #expect(refused.code == "not_permitted")
    }

    @Test func `give new users their language and time zone`() throws {
        let koi = try TestApp()
        try koi.request(.patch, "/v1/settings", ["language": "en", "timeZone": "Europe/Berlin"])
        let made = try koi.request(.post, "/v1/users", ["name": "Li"])
        #expect(made["language"] == "en")
        #expect(made["timeZone"] == "Europe/Berlin")
        #expect(try koi.request(.post, "/v1/users", ["name": "Wang", "language": "zh"])["language"] == "zh")
    }

    @Test func `say where the days of Koi itself begin`() throws {
        let koi = try TestApp()
        try koi.request(.patch, "/v1/settings", ["timeZone": "Europe/Berlin"])
        #expect(try koi.app.perform { $0.actor.timeZone } == "Europe/Berlin")
    }

    @Test func `are there again after a restart`() throws {
        let koi = try TestApp()
        try koi.request(.patch, "/v1/settings", ["companyName": "重庆机械"])
        koi.close()
        let again = try TestApp(in: koi.folder)
        #expect(again.app.catalog.settings.current.companyName == "重庆机械")
    }

    @Test func `are described by the schema`() throws {
        let koi = try TestApp()
        let names = try koi.request(.get, "/v1/schema")["settings"].arrayValue?.compactMap { $0["name"].stringValue }
        #expect(names?.contains("companyName") == true)
        #expect(names?.contains("mail.password") == true)
    }
}

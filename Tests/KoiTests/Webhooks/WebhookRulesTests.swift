import Dispatch
import Foundation
import Glibc
import KoiHTTP
import KoiJSON
import KoiLock
import Testing

@testable import Koi

/// What a webhook may be, and who makes it.
extension `A webhook` {
    @Test func `has two secrets for a day after the first was renewed`() throws {
        let desk = try HookDesk()
        let hook = try desk.hook()
        let renewed = try desk.koi.request(.post, "/v1/webhooks/\(hook.id)/secret")
        let secret = try #require(renewed["secret"].stringValue)
        #expect(secret != hook.secret && secret.hasPrefix("whsec_"))

        func signatures() throws -> [Substring] {
            try desk.koi.make("customers", ["name": "Acme"])
            return try #require(try desk.send().first?.fields["webhook-signature"]).split(separator: " ")
        }
        #expect(try signatures().count == 2)
        desk.koi.clock.advance(by: .seconds(86_400))
        #expect(try signatures().count == 1)
        let bytes = Array((Data(base64Encoded: String(secret.dropFirst(6))) ?? Data()))
        let texts = [secret, hook.secret].map { String($0.dropFirst(6)) } + [String(decoding: bytes, as: UTF8.self)]
        #expect(try desk.koi.stored(Array(texts.prefix(2))).isEmpty)
    }

    @Test(
        arguments: [
            ("http://127.0.0.1/", "forbidden_address"), ("https://127.0.0.1/", "forbidden_address"),
            ("https://[::1]/", "forbidden_address"), ("https://169.254.169.254/latest", "forbidden_address"),
            ("https://10.0.0.1:8443/", "forbidden_address"), ("http://example.com/", "insecure"),
            ("http://8.8.8.8/", "insecure"), ("https://2130706433/", "not_web"), ("https://0x7f.1/", "not_web"),
            ("https://user:pass@example.com/", "not_web"), ("ftp://example.com/", "not_web"),
            ("javascript:alert(1)", "not_web"),
        ]
    )
    func `goes to no address of the own network`(_ url: String, _ code: String) throws {
        let koi = try TestApp()
        let answer = try koi.request(.post, "/v1/webhooks", ["name": "X", "url": .string(url)])
        #expect(answer.status == .unprocessableContent)
        #expect((answer["errors"].arrayValue ?? []).map { $0["code"].stringValue }.contains(code), "\(answer.text)")
    }

    @Test(
        arguments: [
            ["types": ["session.started"]], ["types": ["customer"]], ["types": ["customer.typo"]], ["resource": "keys"],
            ["filter": ["tier": "vip"]],
            ["fields": ["name"]], ["resource": "customers", "filter": ["colour": "red"]],
            ["resource": "customers", "filter": ["q": "x"]], ["resource": "customers", "fields": ["colour"]],
            ["resource": "customers", "types": ["contact.changed"]],
            ["resource": "customers", "filter": ["limit": "5"]],
        ] as [JSONObject]
    )
    func `wants nothing that there is not`(_ wanted: JSONObject) throws {
        let koi = try TestApp()
        var body: JSONObject = ["name": "X", "url": "https://example.com/"]
        for member in wanted.members { body[member.name] = member.value }
        let answer = try koi.request(.post, "/v1/webhooks", .object(body))
        #expect(answer.status == .unprocessableContent, "\(answer.text)")
    }

    @Test func `is made by those alone whose role names it, and tells no more than they may see`() throws {
        let koi = try TestApp()
        let sales = try koi.person(named: "Sales", ["*": ["read": "all", "create": "all", "change": "all"]])
        let body: JSONValue = ["name": "X", "url": "https://example.com/"]
        #expect(try koi.request(.post, "/v1/webhooks", body, key: sales.key).status == .forbidden)

        let all: JSONValue = ["read": "all", "create": "all", "change": "all", "remove": "all"]
        let wang = try koi.person(named: "Wang", ["customers": ["read": "own"], "webhooks": all])
        let admins = try koi.request(.post, "/v1/webhooks", body)["id"].text
        for (method, path, sent) in [
            (Method.patch, "", ["url": "https://evil.example.com/"] as JSONValue?), (.delete, "", nil),
            (.post, "/secret", nil), (.post, "/test", nil), (.post, "/replay", ["from": 1]),
        ] {
            let answer = try koi.request(method, "/v1/webhooks/\(admins)" + path, sent, key: wang.key)
            #expect(answer.code == "wider_than_own", "\(method) \(path): \(answer.text)")
        }
        #expect(
            try koi.request(
                .post,
                "/v1/webhooks",
                ["name": "X", "url": "https://a.example/", "user": 1],
                key: wang.key
            )
            .code == "wider_than_own"
        )
    }
}

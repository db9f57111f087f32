import Foundation
import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// What the product makes of the protocol: methods, conditions, negotiation, and refusals in two languages.
@Suite struct ProtocolTests {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
        try koi.request(.post, "/v1/customers", ["name": "Acme"])
    }

    @Test(
        arguments: [
            ("BREW", "/v1/customers", 501), ("get", "/v1/customers", 501), ("BREW", "/nowhere", 501),
            ("TRACE", "/v1/customers", 405), ("DELETE", "/v1/search", 405), ("PUT", "/v1/customers/1", 405),
            ("OPTIONS", "/v1/customers", 204), ("OPTIONS", "*", 204), ("OPTIONS", "/nowhere", 404),
            ("HEAD", "/v1/customers/1", 200), ("DELETE", "/nowhere", 404),
        ])
    func `a method is served, refused at this path, or unknown`(
        _ method: String,
        _ target: String,
        _ status: Int
    ) throws {
        let answer = try koi.request(Method(rawValue: method), target)

        #expect(answer.status.code == status)
        #expect((answer.fields["Allow"] != nil) == [204, 405].contains(status))
    }

    @Test func `an encoded body is refused`() throws {
        let body: JSONValue = ["name": "Acme"]

        let refused = try koi.request(.post, "/v1/customers", body, fields: [("Content-Encoding", "gzip")])
        let plain = try koi.request(.post, "/v1/customers", body, fields: [("Content-Encoding", "identity")])

        #expect(refused.status == .unsupportedMediaType && refused.code == "body_encoded")
        #expect(refused.fields["Accept-Encoding"] == "identity")
        #expect(plain.status == .created)
    }

    @Test(
        arguments: [
            (nil, "application/json"), ("*/*", "application/json"), ("text/csv", "text/csv"),
            ("text/csv, */*", "text/csv"), ("application/json, text/csv", "application/json"),
            ("text/csv;q=0.5, application/json", "application/json"),
            ("application/json;q=0.1, text/csv; charset=utf-8; q=0.2", "text/csv"),
            ("application/*;q=0.2, text/*", "text/csv"), ("*/*;q=0.1, text/csv;q=0", "application/json"),
            ("text/html, application/xhtml+xml, */*;q=0.8", "application/json"),
            ("text/html", nil), ("application/json;q=0", nil), ("application/json;q=2", nil), ("image/*", nil),
            ("", nil),
        ] as [(String?, String?)]
    )
    func `a list comes as the client would have it, or is a 406`(_ accept: String?, _ type: String?) throws {
        let answer = try koi.request(.get, "/v1/customers", fields: accept.map { [("Accept", $0)] } ?? [])

        #expect(answer.status.code == (type == nil ? 406 : 200))
        #expect(answer.fields["Vary"]?.hasPrefix("Accept, ") == (type != nil))
        #expect(answer.fields["Content-Type"]?.hasPrefix(type ?? "application/problem+json") == true)
    }

    @Test func `conditions on a record are taken in the order of RFC 9110`() throws {
        let tag = try #require(try koi.request(.get, "/v1/customers/1").fields["ETag"])
        func status(_ method: Method, _ fields: [(String, String)]) throws -> Int {
            let body: JSONValue? = method == .patch ? ["notes": "a"] : nil
            return try koi.request(method, "/v1/customers/1", body, fields: fields).status.code
        }

        #expect(try status(.get, [("If-Match", tag)]) == 200)
        #expect(try status(.get, [("If-Match", "\"9\"")]) == 412)
        #expect(try status(.get, [("If-Match", "\"9\""), ("If-None-Match", tag)]) == 412)
        #expect(try status(.get, [("If-Match", tag), ("If-None-Match", tag)]) == 304)
        #expect(try status(.head, [("If-None-Match", "W/" + tag)]) == 304)
        #expect(
            try status(.get, [("If-None-Match", tag), ("If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT")]) == 304
        )
        #expect(try status(.get, [("If-Modified-Since", "Thu, 01 Jan 2099 00:00:00 GMT")]) == 200)
        #expect(try status(.patch, [("If-None-Match", tag)]) == 412)
        #expect(try status(.patch, [("If-None-Match", "*")]) == 412)
        #expect(try status(.patch, [("If-Match", "W/" + tag)]) == 412)
        #expect(try status(.patch, [("If-None-Match", "\"9\"")]) == 200)
    }

    @Test(
        arguments: [
            ("POST", "/v1/customers", "", "application/json", 401),
            ("POST", "/nowhere", "key", "application/json", 404),
            ("PUT", "/v1/customers", "key", "application/json", 405),
            ("BREW", "/v1/customers", "key", "application/json", 501),
            ("POST", "/v1/customers", "key", "text/plain", 415),
            ("POST", "/v1/customers", "key", "application/json", nil),
        ] as [(String, String, String, String, Int?)]
    )
    func `a client that waits for 100 Continue is refused before its body`(
        _ method: String,
        _ target: String,
        _ key: String,
        _ type: String,
        _ status: Int?
    ) throws {
        var fields = Fields([("Expect", "100-continue"), ("Content-Type", type)])
        if !key.isEmpty { fields.append("Authorization", "Bearer " + koi.key) }
        var trace = RequestTrace(id: "a")
        let head = try RequestHead(Method(rawValue: method), target, fields: fields)

        switch koi.app.admit(head, peer: Peer(address: "192.0.2.1"), trace: &trace) {
        case .refuse(let response): #expect(response.status.code == status)
        case .buffer, .spool: #expect(status == nil)
        }
    }

    @Test func `what cannot be read is said in one language`() throws {
        let body = try koi.send(
            .post,
            "/v1/customers",
            Array(#"{"name" "Acme"}"#.utf8),
            fields: [("Accept-Language", "zh")]
        )
        let query = try koi.request(.get, "/v1/customers?q=%FF", fields: [("Accept-Language", "zh")])

        #expect(body["detail"] == "请求正文不是有效的 JSON。第 1 行第 9 列处有误。")
        #expect(query["detail"] == "无法读取查询参数，请检查其编码和格式。")
    }

    @Test func `what the server refuses is said in both languages`() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources/KoiHTTP")
        var codes: Set<String> = []
        for case let file as URL in try #require(
            FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        )
        where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /(?:\.bad\(|code:)\s*"([a-z_]+)"/) { codes.insert(String(match.1)) }
        }

        #expect(codes.count > 30)
        #expect(codes.subtracting(RefusalTexts.chinese.keys) == [])
        #expect(Set(RefusalTexts.chinese.keys).subtracting(codes) == [])
    }
}

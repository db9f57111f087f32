import KoiHTTP
import Testing

@testable import KoiEcho

@Suite struct EchoTests {
    private func answer(
        _ method: Method,
        _ target: String,
        _ fields: [(String, String)] = [],
        body: String = ""
    ) throws -> (status: Int, fields: Fields, text: String) {
        let request = Request(
            head: try RequestHead(method, target, fields: Fields(fields)),
            body: body.isEmpty ? .none : .bytes(Array(body.utf8)),
            peer: Peer(address: "127.0.0.1"),
            id: "a"
        )
        var trace = RequestTrace(id: "a")
        let response = try #require(
            Echo(limits: Limits()).respond(to: request, exchange: Exchange { _ in }, trace: &trace)
        )
        guard case .bytes(let bytes) = response.body else { return (response.status.code, response.fields, "") }
        return (response.status.code, response.fields, String(decoding: bytes, as: UTF8.self))
    }

    @Test(arguments: ["GET", "POST", "PATCH", "TRACE", "BREW", "get"])
    func `any method and path is answered with the body, or OK`(_ method: String) throws {
        let method = Method(rawValue: method)

        #expect(try answer(method, "/a/b?c") == (200, answer(method, "/").fields, "OK"))
        #expect(try answer(method, "/", body: "hello").text == "hello")
    }

    @Test func `fields come back as they were sent`() throws {
        let fields = [("Host", "a"), ("X-B", "1"), ("x-b", "2"), ("A", "")]

        #expect(try answer(.get, "/echo", fields).text == "Host: a\nX-B: 1\nx-b: 2\nA: \n")
    }

    @Test func `cookies come back one to a line`() throws {
        #expect(try answer(.get, "/cookie", [("Cookie", "a=1; b=; c=d=e")]).text == "a=1\nb=\nc=d=e\n")
    }

    @Test func `OPTIONS tells the methods`() throws {
        #expect(try answer(.options, "*").fields["Allow"]?.contains("DELETE") == true)
    }
}

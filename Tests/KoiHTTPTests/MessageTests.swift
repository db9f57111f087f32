import Testing

@testable import KoiHTTP

@Suite struct MessageTests {
    @Test func `fields keep order and repeats, and are found whatever their case`() {
        var fields = Fields([("Set-Cookie", "a"), ("ETag", "\"1\""), ("set-cookie", " b ")])

        #expect(fields.values("SET-COOKIE") == ["a", "b"])
        #expect(fields["etag"] == "\"1\"")
        #expect(fields["E"] == nil)
        fields.set("Set-Cookie", "c")
        #expect(fields.all.map(\.name) == ["ETag", "Set-Cookie"])
        fields.remove("ETAG")
        #expect(fields.all.map(\.value) == ["c"])
        #expect(fields.count == 1)
    }

    @Test(
        arguments: [
            ("", "a"), ("a b", "c"), ("a:", "c"), ("ä", "c"), ("a\r\n", "c"), ("a", "b\r\nc: d"),
            ("a", "b\nc"), ("a", "b\0"), ("a", "\u{7f}"),
        ])
    func `a field that could split a response is not added`(_ name: String, _ value: String) {
        var fields = Fields([("X", "1")])

        let isAppended = fields.append(name, value)
        let isSet = fields.set(name, value)

        #expect(!isAppended && !isSet)
        #expect(fields == Fields([("X", "1")]))
    }

    @Test func `cookies come out in order, as they were sent`() {
        let fields = Fields([("Cookie", "a=1; b=\"2\";c=;d ; =e; f=g=h"), ("cookie", " a = 3 ")])

        #expect(fields.cookies.map(\.name) == ["a", "b", "c", "f", "a"])
        #expect(fields.cookies.map(\.value) == ["1", "\"2\"", "", "g=h", "3"])
    }

    @Test func `a query is decoded once`() throws {
        let pairs = try Query.parse("a=1&b=%E5%BA%86+%2B%252B&&c&=d&a=2=3&e=é")

        #expect(pairs.map(\.name) == ["a", "b", "c", "", "a", "e"])
        #expect(pairs.map(\.value) == ["1", "庆 +%2B", "", "d", "2=3", "é"])
        #expect(try Query.parse(nil).isEmpty)
    }

    @Test(
        arguments: [
            ("a=%", PercentCoding.Failure.brokenEscape), ("a=%4", .brokenEscape),
            ("%gg=a", .brokenEscape), ("a=%00", .nul), ("a=%ff", .invalidUTF8),
            ("a=%c0%af", .invalidUTF8), ("a=%ed%a0%80", .invalidUTF8),
        ])
    func `a query that does not decode is refused`(
        _ text: String,
        _ reason: PercentCoding.Failure
    ) {
        let error = #expect(throws: QueryError.self) { try Query.parse(text) }
        #expect(error?.reason == reason)
    }

    @Test func `a date is written as RFC 9110 says`() {
        #expect(DateField.text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(DateField.text(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(DateField.text(1_709_210_096) == "Thu, 29 Feb 2024 12:34:56 GMT")
    }

    @Test(
        arguments: [
            (["\"a\""], true), (["\"b\", W/\"a\""], true), (["*"], true),
            (["\"b\"", "\"a\""], true),
            (["\"b\""], false), (["a"], false), ([], false), (["\"a"], false), ([", ,"], false),
            (["\"a,b\""], false),
        ])
    func `an entity tag is found in a list`(_ list: [String], _ expected: Bool) {
        #expect(EntityTag.matches(list, "\"a\"") == expected)
    }

    @Test func `the server's own fields are not taken from the application`() {
        let response = Response(
            .ok,
            fields: Fields([
                ("Content-Length", "9"), ("A", "b"), ("Transfer-Encoding", "chunked"),
                ("Connection", "close"), ("Date", "never"),
            ]),
            body: .bytes([1])
        )
        var out: [UInt8] = []

        ResponseEncoder.append(
            response.status,
            response.fields,
            framing: AnswerPlan(response, to: .get, minorVersion: 1).framing,
            persistence: .implied,
            dateLine: Array("Date: now\r\n".utf8),
            requestID: "7",
            to: &out
        )

        #expect(
            String(decoding: out, as: UTF8.self)
                == "HTTP/1.1 200 OK\r\nDate: now\r\nX-Request-Id: 7\r\nA: b\r\nContent-Length: 1\r\n\r\n"
        )
    }

    @Test(
        arguments: [
            (Method.get, Status.ok, 1, ResponseEncoder.Framing.length(3)),
            (.head, .ok, 1, .length(3)), (.get, .noContent, 1, .none),
            (.get, .notModified, 0, .none), (.get, .ok, 0, .length(3)),
        ])
    func `the end of an answer is marked as RFC 9112 §6.3 says`(
        _ method: Method,
        _ status: Status,
        _ minor: Int,
        _ framing: ResponseEncoder.Framing
    ) {
        let plan = AnswerPlan(
            Response(status, body: .bytes([1, 2, 3])),
            to: method,
            minorVersion: minor
        )

        #expect(plan.framing == framing)
        guard case .none = plan.content else {
            #expect(method != .head && !status.forbidsContent)
            return
        }
        #expect(method == .head || status.forbidsContent)
    }
}

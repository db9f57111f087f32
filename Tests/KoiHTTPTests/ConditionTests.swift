import Testing

@testable import KoiHTTP

@Suite struct ConditionTests {
    // Sun, 06 Nov 1994 08:49:37 GMT
    private static let modified = 784_111_777
    private static let before = "Sun, 06 Nov 1994 08:49:36 GMT"
    private static let same = "Sun, 06 Nov 1994 08:49:37 GMT"

    private func answer(_ method: Method, _ fields: [(String, String)], _ modified: Int? = Self.modified) -> Response {
        let head = RequestHead(method: method, fields: Fields(fields))
        return Response(.ok, fields: Fields([("ETag", "\"a\"")]), body: .bytes(Array("0123456789".utf8)))
            .selected(by: head, tag: "\"a\"", modified: modified)
    }

    struct Row: CustomTestStringConvertible, Sendable {
        let section: String
        let fields: [(String, String)]
        let status: Int
        var method = Method.get

        var testDescription: String { "\(section): \(method) \(fields) \(status)" }
    }

    private static let rows: [Row] = [
        .init(section: "13.1.1", fields: [("If-Match", "\"a\"")], status: 200),
        .init(section: "13.1.1", fields: [("If-Match", "\"b\", \"a\"")], status: 200),
        .init(section: "13.1.1", fields: [("If-Match", "*")], status: 200),
        .init(section: "13.1.1", fields: [("If-Match", "\"b\"")], status: 412),
        .init(section: "13.1.1, compared strongly", fields: [("If-Match", "W/\"a\"")], status: 412),
        .init(section: "13.1.2", fields: [("If-None-Match", "\"a\"")], status: 304),
        .init(section: "13.1.2, compared weakly", fields: [("If-None-Match", "W/\"a\"")], status: 304),
        .init(section: "13.1.2", fields: [("If-None-Match", "*")], status: 304),
        .init(section: "13.1.2", fields: [("If-None-Match", "\"b\""), ("If-None-Match", "\"a\"")], status: 304),
        .init(section: "13.1.2", fields: [("If-None-Match", "\"b\"")], status: 200),
        .init(section: "13.1.2", fields: [("If-None-Match", "\"a\"")], status: 304, method: .head),
        .init(section: "13.1.2", fields: [("If-None-Match", "\"a\"")], status: 412, method: .put),
        .init(section: "13.1.3", fields: [("If-Modified-Since", same)], status: 304),
        .init(section: "13.1.3", fields: [("If-Modified-Since", before)], status: 200),
        .init(
            section: "13.1.3, other forms",
            fields: [("If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT")],
            status: 304
        ),
        .init(section: "13.1.3, other forms", fields: [("If-Modified-Since", "Sun Nov  6 08:49:37 1994")], status: 304),
        .init(section: "13.1.3, no date", fields: [("If-Modified-Since", "yesterday")], status: 200),
        .init(
            section: "13.1.3, two dates",
            fields: [("If-Modified-Since", same), ("If-Modified-Since", same)],
            status: 200
        ),
        .init(section: "13.1.3, not a read", fields: [("If-Modified-Since", same)], status: 200, method: .post),
        .init(section: "13.1.4", fields: [("If-Unmodified-Since", same)], status: 200),
        .init(section: "13.1.4", fields: [("If-Unmodified-Since", before)], status: 412),
        .init(section: "13.1.4, no date", fields: [("If-Unmodified-Since", "0")], status: 200),
        // §13.2.2: each row has two conditions that disagree.
        .init(
            section: "13.2.2, 1 before 2",
            fields: [("If-Match", "\"a\""), ("If-Unmodified-Since", before)],
            status: 200
        ),
        .init(section: "13.2.2, 1 before 3", fields: [("If-Match", "\"b\""), ("If-None-Match", "\"a\"")], status: 412),
        .init(
            section: "13.2.2, 2 before 3",
            fields: [("If-Unmodified-Since", before), ("If-None-Match", "\"a\"")],
            status: 412
        ),
        .init(
            section: "13.2.2, 3 before 4",
            fields: [("If-None-Match", "\"b\""), ("If-Modified-Since", same)],
            status: 200
        ),
        .init(
            section: "13.2.2, 3 before 4",
            fields: [("If-None-Match", "\"a\""), ("If-Modified-Since", before)],
            status: 304
        ),
        .init(
            section: "13.2.2, 3 before 5",
            fields: [("If-None-Match", "\"a\""), ("Range", "bytes=0-1")],
            status: 304
        ),
        .init(section: "13.2.2, 1 before 5", fields: [("If-Match", "\"b\""), ("Range", "bytes=99-")], status: 412),
        .init(section: "13.1.5", fields: [("If-Range", "\"a\""), ("Range", "bytes=0-1")], status: 206),
        .init(section: "13.1.5", fields: [("If-Range", "\"b\""), ("Range", "bytes=0-1")], status: 200),
        .init(section: "13.1.5, weak", fields: [("If-Range", "W/\"a\""), ("Range", "bytes=0-1")], status: 200),
        .init(section: "13.1.5, a list", fields: [("If-Range", "*"), ("Range", "bytes=0-1")], status: 200),
        .init(section: "13.1.5, a date", fields: [("If-Range", same), ("Range", "bytes=0-1")], status: 200),
        .init(section: "13.1.5, no range", fields: [("If-Range", "\"a\"")], status: 200),
    ]

    @Test(arguments: rows) func `conditions are taken in the order of RFC 9110`(_ row: Row) {
        let answer = answer(row.method, row.fields)

        #expect(answer.status.code == row.status)
        #expect((answer.fields["ETag"] != nil) == (row.status != 412))
    }

    @Test func `a condition on a date that nobody knows is ignored`() {
        #expect(answer(.get, [("If-Modified-Since", Self.same)], nil).status == .ok)
        #expect(answer(.get, [("If-Unmodified-Since", Self.before)], nil).status == .ok)
    }

    @Test(
        arguments: [
            ("bytes=0-3", 206, "0123", "bytes 0-3/10"), ("bytes=8-", 206, "89", "bytes 8-9/10"),
            ("bytes=9-9", 206, "9", "bytes 9-9/10"), ("bytes=5-99", 206, "56789", "bytes 5-9/10"),
            ("bytes=-3", 206, "789", "bytes 7-9/10"), ("bytes=-99", 206, "0123456789", "bytes 0-9/10"),
            ("Bytes = 0-0 ", 206, "0", "bytes 0-0/10"),
            ("bytes=0-99999999999999999999999", 206, "0123456789", "bytes 0-9/10"),
            ("bytes=000-001", 206, "01", "bytes 0-1/10"),
            ("bytes=10-", 416, "", "bytes */10"), ("bytes=99999999999999999999-", 416, "", "bytes */10"),
            ("bytes=-0", 416, "", "bytes */10"),
        ])
    func `a range of bytes is answered alone`(_ range: String, _ status: Int, _ body: String, _ place: String) {
        let answer = answer(.get, [("Range", range)])

        #expect(answer.status.code == status)
        #expect(answer.fields["Content-Range"] == place)
        guard case .bytes(let bytes) = answer.body else {
            #expect(status == 416)
            return
        }
        #expect(String(decoding: bytes, as: UTF8.self) == body)
    }

    @Test(
        arguments: [
            "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=3-1", "bytes=1", "bytes=+1-2", "bytes=1 - 2",
            "bytes=0-1,3-4", "bytes=0-,0-,0-,0-", "lines=0-1", "bytes=--1", "bytes=0x1-2", "bytes:0-1",
        ])
    func `a range that cannot be read, or of several parts, is ignored`(_ range: String) {
        let answer = answer(.get, [("Range", range)])

        #expect(answer.status == .ok)
        #expect(answer.fields["Content-Range"] == nil)
    }

    @Test func `only GET has ranges`() {
        #expect(answer(.head, [("Range", "bytes=0-1")]).status == .ok)
        #expect(answer(.post, [("Range", "bytes=0-1")]).status == .ok)
        #expect(answer(.get, [("Range", "bytes=0-1"), ("Range", "bytes=0-1")]).status == .ok)
    }

    @Test(
        arguments: [
            "", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 99999999999999999999 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov 6 08:49:37 94",
        ])
    func `what is no date is not read as one`(_ text: String) {
        #expect(DateField.seconds(text) == nil)
    }

    @Test(arguments: [0, 784_111_777, 951_827_696, 1_709_210_096, 4_102_444_799])
    func `a date is read as it was written`(_ seconds: Int) {
        #expect(DateField.seconds(DateField.text(seconds)) == seconds)
    }
}

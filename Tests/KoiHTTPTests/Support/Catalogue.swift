import Testing

@testable import KoiHTTP

/// A request that must be refused, with the section that says so.
struct MalformedRequest: CustomTestStringConvertible, Sendable {
    let section: String
    let name: String
    let bytes: [UInt8]
    let status: Int

    init(_ section: String, _ name: String, _ text: String, _ status: Int = 400) {
        self.init(section, name, bytes: Array(text.utf8), status)
    }

    init(_ section: String, _ name: String, bytes: [UInt8], _ status: Int = 400) {
        self.section = section
        self.name = name
        self.bytes = bytes
        self.status = status
    }

    var testDescription: String { "\(section): \(name)" }

    static func fields(_ lines: String) -> String {
        "POST /a HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\n"
    }

    static func chunked(_ body: String) -> String {
        fields("Transfer-Encoding: chunked") + body
    }

    static let all: [MalformedRequest] =
        requestLines + targets + hosts + fieldLines + lengths + codings
        + chunks + trailers + mixtures

    static let requestLines: [MalformedRequest] = [
        .init("9112 §2.2", "bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
        .init("9112 §2.2", "bare LF after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n"),
        .init("9112 §2.2", "bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
        .init("9112 §2.2", "bare CR in the target", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("9112 §2.2", "two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("9112 §2.2", "space before the first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        .init("9112 §3", "no version", "GET /\r\n\r\n"),
        .init("9112 §3", "method alone", "GET\r\n\r\n"),
        .init("9112 §3", "two spaces before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("9112 §3", "two spaces before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("9112 §3", "tab for a space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("9112 §3", "space at the end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
        .init("9112 §3", "space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("9112 §3", "space at the start", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("9110 §9.1", "method that is no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("9112 §2.3", "version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n"),
        .init("9112 §2.3", "version with two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
        .init("9112 §2.3", "version without minor", "GET / HTTP/1\r\nHost: a\r\n\r\n"),
        .init("9110 §15.6.6", "HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        .init("9110 §15.6.6", "HTTP/0.9", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505),
        .init("9112 §3.2", "target without slash", "GET a HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("9112 §3.2", "fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("9112 §3.2.2", "other scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("9112 §3.2.2", "no host", "GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("9112 §3.2.2", "user name", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("9112 §3.2.3", "CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501),
        .init("9112 §3.2.4", "asterisk with GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("3986 §2.1", "cut escape", "GET /a%2 HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("3986 §2.1", "escape without digits", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("3986 §2.1", "escaped NUL", "GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("3629 §3", "escapes that are not UTF-8", "GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("3629 §3", "overlong slash", "GET /%c0%af HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init("3629 §3", "escaped surrogate", "GET /%ed%a0%80 HTTP/1.1\r\nHost: a\r\n\r\n"),
        .init(
            "3629 §3",
            "raw bytes that are not UTF-8",
            bytes: Array("GET /".utf8) + [0xff] + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        ),
        .init(
            "9112 §3",
            "NUL in the target",
            bytes: Array("GET /".utf8) + [0] + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        ),
        .init(
            "9110 §15.5.15",
            "request line too long",
            "GET /\(String(repeating: "a", count: 8190)) HTTP/1.1\r\nHost: a\r\n\r\n",
            414
        ),
    ]

    static let hosts: [MalformedRequest] = [
        .init("9112 §3.2", "no Host", "GET / HTTP/1.1\r\n\r\n"),
        .init("9112 §3.2", "two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        .init("9112 §3.2", "two Hosts, HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
        .init("9112 §3.2", "Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        .init("9112 §3.2", "Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
        .init("9112 §3.2", "Host list", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
        .init("9112 §3.2", "port that is no number", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"),
        .init("3986 §3.2.2", "open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
        .init("3986 §3.2.2", "text behind brackets", "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n"),
        .init("3986 §3.2.2", "port alone", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n"),
    ]

    static let fieldLines: [MalformedRequest] = [
        .init("9112 §5.1", "space before the colon", fields("A : b")),
        .init("9112 §5.1", "tab before the colon", fields("A\t: b")),
        .init("9112 §5.1", "length with a space before the colon", fields("Content-Length : 5")),
        .init("9112 §5.2", "folded line", fields("A: b\r\n c")),
        .init("9112 §5.2", "line folded with a tab", fields("A: b\r\n\tc")),
        .init("9112 §5", "no colon", fields("A")),
        .init("9112 §5", "no name", fields(": b")),
        .init("9110 §5.1", "name that is no token", fields("A(b): c")),
        .init("9110 §5.1", "name that is not ASCII", fields("Ä: c")),
        .init("9110 §5.5", "NUL in a value", fields("A: b\0c")),
        .init("9110 §5.5", "bare CR in a value", fields("A: b\rc")),
        .init("9110 §5.5", "control character in a value", fields("A: \u{1}")),
        .init("9110 §5.5", "DEL in a value", fields("A: \u{7f}")),
        .init(
            "6585 §5",
            "too many fields",
            fields((0..<100).map { "A\($0): b" }.joined(separator: "\r\n")),
            431
        ),
        .init(
            "6585 §5",
            "fields too large in all",
            fields(
                (0..<40).map { "A\($0): \(String(repeating: "b", count: 1000))" }
                    .joined(separator: "\r\n")
            ),
            431
        ),
        .init(
            "6585 §5",
            "one field too large",
            fields("A: \(String(repeating: "b", count: 40_000))"),
            431
        ),
        .init("9110 §10.1.1", "unknown expectation", fields("Expect: 200-ok"), 417),
    ]

    static let lengths: [MalformedRequest] =
        [
            "+5", "-5", "5, 5", "5,6", "5 5", "0x5", "5.0", "1e1", "", "five", "９",
            "00", "005", "0200", "-0", "5_0", "0o5", "5;", "\"5\"", "5,5", "5,", ",5", "５", "5\u{b}",
            "18446744073709551616", "9223372036854775808", "99999999999999999999999999",
        ].map { .init("9112 §6.3", "Content-Length “\($0)”", fields("Content-Length: \($0)")) } + [
            .init(
                "9112 §6.3",
                "repeated and different",
                fields("Content-Length: 5\r\nContent-Length: 6")
            ),
            .init(
                "9112 §6.3",
                "repeated",
                fields("Content-Length: 5\r\nContent-Length: 5") + "abcde"
            ),
            .init("9110 §15.5.14", "larger than is admitted", fields("Content-Length: 1001"), 413),
        ]

    static let codings: [MalformedRequest] = [
        .init(
            "9112 §6.1",
            "with a length",
            fields("Content-Length: 5\r\nTransfer-Encoding: chunked") + "0\r\n\r\n"
        ),
        .init(
            "9112 §6.1",
            "before a length",
            fields("Transfer-Encoding: chunked\r\nContent-Length: 5") + "0\r\n\r\n"
        ),
        .init(
            "9112 §6.1",
            "with a length of 0",
            fields("Transfer-Encoding: chunked\r\nContent-Length: 0") + "0\r\n\r\n"
        ),
        .init(
            "9112 §6.1",
            "in HTTP/1.0",
            "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        .init("9112 §6.3", "chunked not last", fields("Transfer-Encoding: chunked, gzip")),
        .init("9112 §6.3", "chunked twice", fields("Transfer-Encoding: chunked, chunked")),
        .init(
            "9112 §6.3",
            "two fields",
            fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")
        ),
        .init("9112 §6.3", "identity", fields("Transfer-Encoding: identity")),
        .init("9112 §6.3", "empty", fields("Transfer-Encoding:")),
        .init("9112 §6.3", "vertical tab", fields("Transfer-Encoding: \u{b}chunked")),
        .init("9112 §6.3", "a name that begins alike", fields("Transfer-Encoding: xchunked")),
        .init("9112 §6.3", "with parameters", fields("Transfer-Encoding: chunked;a=b")),
        .init("9112 §6.1", "another coding", fields("Transfer-Encoding: gzip, chunked"), 501),
    ]

    static let chunks: [MalformedRequest] = [
        .init("9112 §7.1", "size without digits", chunked("\r\n\r\n")),
        .init("9112 §7.1", "negative size", chunked("-1\r\n\r\n")),
        .init("9112 §7.1", "signed size", chunked("+1\r\na\r\n0\r\n\r\n")),
        .init("9112 §7.1", "0x", chunked("0x1\r\na\r\n0\r\n\r\n")),
        .init("9112 §7.1", "space before the size", chunked(" 1\r\na\r\n0\r\n\r\n")),
        .init("9112 §7.1", "space after the size", chunked("1 \r\na\r\n0\r\n\r\n")),
        .init("9112 §7.1", "size that overflows", chunked("10000000000000001\r\na\r\n0\r\n\r\n")),
        .init("9112 §7.1", "size of 2^63", chunked("8000000000000000\r\na\r\n0\r\n\r\n")),
        .init("9112 §7.1", "data longer than the size", chunked("1\r\nab\r\n0\r\n\r\n")),
        .init("9112 §7.1", "data followed by LF", chunked("1\r\na\n0\r\n\r\n")),
        .init("9112 §7.1", "size ended by LF", chunked("1\na\r\n0\r\n\r\n")),
        .init("9112 §7.1", "no line end after data", chunked("1\r\na0\r\n\r\n")),
        .init("9112 §7.1.1", "extension without semicolon", chunked("1 a\r\na\r\n0\r\n\r\n")),
        .init("9112 §7.1.1", "CR in an extension", chunked("1;a\rb\r\na\r\n0\r\n\r\n")),
        .init(
            "9112 §7.1.1",
            "extension too long",
            chunked("1;\(String(repeating: "a", count: 300))\r\na\r\n0\r\n\r\n")
        ),
        .init(
            "9112 §7.1.1",
            "extensions too long in all",
            chunked(
                String(repeating: "1;\(String(repeating: "a", count: 200))\r\na\r\n", count: 90)
            )
        ),
        .init("9112 §7.1.2", "trailer without colon", chunked("0\r\nA\r\n\r\n")),
        .init("9112 §7.1.2", "folded trailer", chunked("0\r\nA: b\r\n c\r\n\r\n")),
        .init(
            "6585 §5",
            "too many trailers",
            chunked("0\r\n" + (0...100).map { "A\($0): b\r\n" }.joined() + "\r\n"),
            431
        ),
        .init(
            "9110 §15.5.14",
            "larger than is admitted",
            chunked(
                String(
                    repeating: "64\r\n\(String(repeating: "a", count: 100))\r\n",
                    count: 11
                )
            ),
            413
        ),
    ]
}

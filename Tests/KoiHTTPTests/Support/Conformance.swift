import Testing

@testable import KoiHTTP

/// What goes over the wire for a rule of the protocol: bytes to send, and what the answers must be.
struct Conformance: CustomTestStringConvertible, Sendable {
    let section: String
    let name: String
    let request: String
    /// The status codes in order, also of interim answers.
    let statuses: [Int]
    /// What must stand in the answers, and what must not.
    var has: [String] = []
    var hasNot: [String] = []
    /// How the last answer ends; nil where that is all the same.
    var end: String?
    /// Whether the server closes the connection by itself.
    var closes = false

    var testDescription: String { "\(section): \(name)" }

    private static func get(_ target: String, _ fields: String = "", _ method: String = "GET") -> String {
        "\(method) \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    private static func post(_ fields: String, _ body: String, _ target: String = "/") -> String {
        "POST \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(body)"
    }

    static let all: [Conformance] = methods + connections + expectations + bodies + answers + files

    static let methods: [Conformance] = [
        .init(section: "9110 §9.3.1", name: "GET", request: get("/a"), statuses: [200], end: "/a"),
        .init(
            section: "9110 §9.3.2",
            name: "HEAD has the fields of GET and no content",
            request: get("/a", "", "HEAD"),
            statuses: [200],
            has: ["Content-Length: 2\r\n"],
            end: "\r\n\r\n"
        ),
        .init(
            section: "9110 §9.3.2",
            name: "HEAD of a stream has no content",
            request: get("/stream", "", "HEAD"),
            statuses: [200],
            end: "\r\n\r\n"
        ),
        .init(section: "9110 §9.3.7", name: "OPTIONS *", request: get("*", "", "OPTIONS"), statuses: [200], end: "*"),
        .init(section: "9110 §9.1", name: "unknown method", request: get("/a", "", "BREW"), statuses: [200], end: "/a"),
        .init(
            section: "9110 §9.1",
            name: "lower-case method is another",
            request: get("/a", "", "get"),
            statuses: [200]
        ),
        .init(
            section: "9110 §9.3.6",
            name: "CONNECT",
            request: get("a:1", "", "CONNECT"),
            statuses: [501],
            closes: true
        ),
        .init(
            section: "9110 §7.8",
            name: "upgrade to h2c",
            request: get("/a", "Connection: Upgrade\r\nUpgrade: h2c\r\n"),
            statuses: [200],
            hasNot: ["101 "],
            end: "/a"
        ),
        .init(
            section: "9110 §7.8",
            name: "upgrade to WebSocket",
            request: get("/a", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"),
            statuses: [200],
            hasNot: ["101 "]
        ),
        .init(
            section: "9112 §3.2.2",
            name: "the host of an absolute target",
            request: "GET http://b/host HTTP/1.1\r\nHost: a\r\n\r\n",
            statuses: [200],
            end: "b"
        ),
        .init(
            section: "9112 §3",
            name: "request line of 8,000 bytes",
            request: get("/" + String(repeating: "a", count: 7980)),
            statuses: [200]
        ),
        .init(
            section: "9110 §15.5.15",
            name: "request line too long",
            request: get("/" + String(repeating: "a", count: 9000)),
            statuses: [414],
            closes: true
        ),
        .init(
            section: "6585 §5",
            name: "fields too large",
            request: get("/", "A: \(String(repeating: "a", count: 40_000))\r\n"),
            statuses: [431],
            closes: true
        ),
        .init(
            section: "9110 §15.6.6",
            name: "HTTP/2.0",
            request: "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
            statuses: [505],
            closes: true
        ),
        .init(
            section: "9110 §9.3.2",
            name: "a refused HEAD has no content",
            request: "HEAD / HTTP/3.0\r\nHost: a\r\n\r\n",
            statuses: [505],
            end: "\r\n\r\n",
            closes: true
        ),
        .init(
            section: "9110 §2.5",
            name: "HTTP/1.2",
            request: "GET /a HTTP/1.2\r\nHost: a\r\n\r\n",
            statuses: [200],
            has: ["HTTP/1.1 200 "],
            end: "/a"
        ),
    ]

    static let connections: [Conformance] = [
        .init(
            section: "9112 §9.3",
            name: "HTTP/1.1 stays",
            request: get("/a") + get("/b"),
            statuses: [200, 200],
            hasNot: ["Connection:"],
            end: "/b"
        ),
        .init(
            section: "9112 §9.6",
            name: "close",
            request: get("/a", "Connection: close\r\n") + get("/b"),
            statuses: [200],
            has: ["Connection: close\r\n"],
            end: "/a",
            closes: true
        ),
        .init(
            section: "9112 §9.6",
            name: "close among options",
            request: get("/a", "Connection: keep-alive, CLOSE\r\n") + get("/b"),
            statuses: [200],
            closes: true
        ),
        .init(
            section: "9112 §9.3",
            name: "HTTP/1.0 closes",
            request: "GET /a HTTP/1.0\r\n\r\n" + get("/b"),
            statuses: [200],
            has: ["Connection: close\r\n"],
            end: "/a",
            closes: true
        ),
        .init(
            section: "9112 §9.3",
            name: "HTTP/1.0 that stays",
            request: "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + get("/b"),
            statuses: [200, 200],
            has: ["Connection: keep-alive\r\n"],
            end: "/b"
        ),
        .init(
            section: "9112 §9.3",
            name: "a stream to HTTP/1.0 ends with the connection",
            request: "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            statuses: [200],
            has: ["Connection: close\r\n"],
            hasNot: ["chunked"],
            end: "\r\n\r\nab",
            closes: true
        ),
        .init(
            section: "9112 §9.3.2",
            name: "a pipeline is answered in order",
            request: get("/a") + post("Content-Length: 1", "x", "/b") + get("/c"),
            statuses: [200, 200, 200],
            end: "/c"
        ),
        .init(
            section: "9112 §2.2",
            name: "an empty line between requests",
            request: get("/a") + "\r\n" + get("/b"),
            statuses: [200, 200],
            end: "/b"
        ),
        .init(
            section: "9112 §9.3.2",
            name: "nothing is read behind an error",
            request: get("/a") + "GET / HTTP/1.1\r\n\r\n" + get("/b"),
            statuses: [200, 400],
            closes: true
        ),
    ]

    static let expectations: [Conformance] = [
        .init(
            section: "9110 §10.1.1",
            name: "100 Continue",
            request: post("Expect: 100-continue\r\nContent-Length: 1", "a"),
            statuses: [100, 200],
            has: ["HTTP/1.1 100 Continue\r\n\r\n"],
            end: "/"
        ),
        .init(
            section: "9110 §10.1.1",
            name: "none for chunks that were not admitted",
            request: post("Expect: 100-continue\r\nTransfer-Encoding: chunked", "", "/refused"),
            statuses: [403],
            closes: true
        ),
        .init(
            section: "9110 §10.1.1",
            name: "none for a body that is refused, and what comes of it is no request",
            request: post("Expect: 100-continue\r\nContent-Length: 30", get("/b"), "/refused"),
            statuses: [403],
            closes: true
        ),
        .init(
            section: "9110 §10.1.1",
            name: "none for a body that is too large",
            request: post("Expect: 100-continue\r\nContent-Length: 1001", ""),
            statuses: [413],
            closes: true
        ),
        .init(
            section: "9110 §10.1.1",
            name: "none without a body",
            request: get("/a", "Expect: 100-continue\r\n"),
            statuses: [200],
            end: "/a"
        ),
        .init(
            section: "9110 §10.1.1",
            name: "none for HTTP/1.0",
            request: "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na",
            statuses: [200],
            closes: true
        ),
        .init(
            section: "9110 §15.5.18",
            name: "another expectation",
            request: post("Expect: 200-ok\r\nContent-Length: 1", "a") + get("/b"),
            statuses: [417],
            closes: true
        ),
    ]

    static let bodies: [Conformance] = [
        .init(
            section: "9112 §6.2",
            name: "length",
            request: post("Content-Length: 5", "hello", "/body"),
            statuses: [200],
            end: "hello"
        ),
        .init(section: "9112 §6.2", name: "length 0", request: post("Content-Length: 0", "", "/body"), statuses: [200]),
        .init(
            section: "9112 §6.3",
            name: "neither is no body, so that no length is asked for (411)",
            request: get("/body", "", "POST") + get("/b"),
            statuses: [200, 200],
            end: "/b"
        ),
        .init(
            section: "9110 §9.3.1",
            name: "GET with a body",
            request: "GET /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + get("/b"),
            statuses: [200, 200],
            end: "/b"
        ),
        .init(
            section: "9112 §7.1",
            name: "chunks",
            request: post(
                "Transfer-Encoding: chunked",
                "5\r\nhello\r\nA;x=y\r\n, my world\r\n0\r\nX-Sum: 1\r\n\r\n",
                "/body"
            ),
            statuses: [200],
            end: "hello, my world"
        ),
        .init(
            section: "9110 §6.5.1",
            name: "trailers are not merged",
            request: post("Transfer-Encoding: chunked", "0\r\nX-Key: evil\r\n\r\n", "/fields"),
            statuses: [200],
            hasNot: ["evil"]
        ),
        .init(
            section: "9110 §15.5.14",
            name: "more than is admitted, by length",
            request: post("Content-Length: 1001", ""),
            statuses: [413],
            closes: true
        ),
        .init(
            section: "9110 §15.5.14",
            name: "more than is admitted, by chunks",
            request: post(
                "Transfer-Encoding: chunked",
                "3e9\r\n" + String(repeating: "a", count: 1001) + "\r\n0\r\n\r\n"
            ),
            statuses: [413],
            closes: true
        ),
        .init(
            section: "9112 §9.3",
            name: "a small body that is refused is read",
            request: post("Content-Length: 3", "abc", "/refused") + get("/b"),
            statuses: [403, 200],
            end: "/b"
        ),
        .init(
            section: "9110 §15.6.2",
            name: "a coding that is not known",
            request: post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"),
            statuses: [501],
            closes: true
        ),
    ]

    static let answers: [Conformance] = [
        .init(
            section: "9110 §6.6.1",
            name: "a date",
            request: get("/a"),
            statuses: [200],
            has: ["Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"]
        ),
        .init(
            section: "9110 §6.6.1",
            name: "a date in a refusal",
            request: get("/%"),
            statuses: [400],
            has: ["Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"],
            closes: true
        ),
        .init(
            section: "9110 §8.6",
            name: "204 has no length",
            request: get("/none"),
            statuses: [204],
            hasNot: ["Content-Length", "Transfer-Encoding"],
            end: "\r\n\r\n"
        ),
        .init(
            section: "9110 §15.4.5",
            name: "304 has no content",
            request: get("/old"),
            statuses: [304],
            hasNot: ["Content-Length", "Transfer-Encoding"],
            end: "\r\n\r\n"
        ),
        .init(
            section: "9112 §7.1",
            name: "a stream in chunks",
            request: get("/stream"),
            statuses: [200],
            has: ["Transfer-Encoding: chunked\r\n"],
            hasNot: ["Content-Length"],
            end: "2\r\nab\r\n0\r\n\r\n"
        ),
        .init(
            section: "9112 §6.3",
            name: "an empty answer has a length",
            request: get("/empty"),
            statuses: [200],
            has: ["Content-Length: 0\r\n"],
            end: "\r\n\r\n"
        ),
    ]

    static let files: [Conformance] = [
        .init(
            section: "9110 §14.3",
            name: "ranges are offered",
            request: get("/files/a.txt"),
            statuses: [200],
            has: ["Accept-Ranges: bytes\r\n", "ETag: \"", "Last-Modified: "],
            end: "0123456789"
        ),
        .init(
            section: "9110 §15.3.7",
            name: "a part",
            request: get("/files/a.txt", "Range: bytes=2-4\r\n"),
            statuses: [206],
            has: ["Content-Range: bytes 2-4/10\r\n", "Content-Length: 3\r\n", "ETag: \""],
            end: "234"
        ),
        .init(
            section: "9110 §14.1.2",
            name: "the end",
            request: get("/files/a.txt", "Range: bytes=-2\r\n"),
            statuses: [206],
            end: "89"
        ),
        .init(
            section: "9110 §15.5.17",
            name: "beyond the end",
            request: get("/files/a.txt", "Range: bytes=10-\r\n"),
            statuses: [416],
            has: ["Content-Range: bytes */10\r\n"]
        ),
        .init(
            section: "9110 §14.2",
            name: "several parts are answered with the whole",
            request: get("/files/a.txt", "Range: bytes=0-1,4-5\r\n"),
            statuses: [200],
            end: "0123456789"
        ),
        .init(
            section: "9110 §14.2",
            name: "HEAD has no range",
            request: get("/files/a.txt", "Range: bytes=2-4\r\n", "HEAD"),
            statuses: [200],
            has: ["Content-Length: 10\r\n"],
            end: "\r\n\r\n"
        ),
        .init(
            section: "9110 §14.2",
            name: "a part of an open file",
            request: get("/open", "Range: bytes=3-5\r\n"),
            statuses: [206],
            has: ["Content-Range: bytes 3-5/10\r\n"],
            end: "345"
        ),
        .init(
            section: "9110 §13.1.2",
            name: "the client has it",
            request: get("/files/a.txt", "If-None-Match: *\r\n"),
            statuses: [304],
            has: ["ETag: \"", "Cache-Control: "],
            hasNot: ["Content-Length"],
            end: "\r\n\r\n"
        ),
        .init(
            section: "9110 §13.1.1",
            name: "it is another one",
            request: get("/files/a.txt", "If-Match: \"b\"\r\n"),
            statuses: [412]
        ),
        .init(
            section: "9110 §15.5.6",
            name: "another method",
            request: get("/files/a.txt", "", "DELETE"),
            statuses: [405],
            has: ["Allow: GET, HEAD, OPTIONS\r\n"]
        ),
        .init(
            section: "3986 §5.2.4",
            name: "dot segments are taken away first",
            request: get("/x/%2e%2E/files/./a.txt"),
            statuses: [200],
            end: "0123456789"
        ),
        .init(
            section: "3986 §5.2.4",
            name: "and lead no further than the root",
            request: get("/files/../../../../etc/passwd"),
            statuses: [200],
            end: "/etc/passwd"
        ),
        .init(section: "3986 §2.4", name: "decoded once", request: get("/files/%252e%252e/%2561.txt"), statuses: [404]),
        .init(
            section: "3986 §2.2",
            name: "an escaped slash is no separator",
            request: get("/files/..%2f..%2fetc/passwd"),
            statuses: [404]
        ),
        .init(
            section: "3986 §2.2",
            name: "an escaped backslash is none either",
            request: get("/files/..%5c..%5cetc/passwd"),
            statuses: [404]
        ),
    ]
}

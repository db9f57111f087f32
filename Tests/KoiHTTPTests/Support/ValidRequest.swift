import Testing

@testable import KoiHTTP

/// A request that must be understood, and what is to be understood.
struct ValidRequest: CustomTestStringConvertible, Sendable {
    let section: String
    let name: String
    let text: String
    var method = Method.get
    var path = "/"
    var segments: [String] = []
    var query: String?
    var body = ""
    var keepsAlive = true

    var testDescription: String { "\(section): \(name)" }

    static let all: [ValidRequest] = targets + bodies + connections

    private static func get(_ target: String) -> String {
        "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n"
    }

    private static func post(_ fields: String, _ body: String) -> String {
        "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(body)"
    }

    static let targets: [ValidRequest] = [
        .init(section: "9112 §3.2.1", name: "root", text: get("/")),
        .init(
            section: "9112 §3.2.1",
            name: "path and query",
            text: get("/a/b?c=d?e"),
            path: "/a/b",
            segments: ["a", "b"],
            query: "c=d?e"
        ),
        .init(
            section: "9112 §3.2.1",
            name: "slash at the end",
            text: get("/a/"),
            path: "/a/",
            segments: ["a", ""]
        ),
        .init(
            section: "3986 §3.3",
            name: "empty segments",
            text: get("//a"),
            path: "//a",
            segments: ["", "a"]
        ),
        .init(
            section: "3986 §2.1",
            name: "escapes, once",
            text: get("/%e9%87%8d%2541"),
            path: "/重%41",
            segments: ["重%41"]
        ),
        .init(
            section: "3986 §2.1",
            name: "escaped slash",
            text: get("/a%2Fb"),
            path: "/a/b",
            segments: ["a/b"]
        ),
        .init(
            section: "3986 §2.1",
            name: "plus is a plus",
            text: get("/a+b"),
            path: "/a+b",
            segments: ["a+b"]
        ),
        .init(
            section: "3629",
            name: "raw UTF-8 in the query, as curl sends it",
            text: get("/%E9%87%8D?q=庆"),
            path: "/重",
            segments: ["重"],
            query: "q=庆"
        ),
        .init(
            section: "3986 §3.4",
            name: "a query as browsers send it",
            text: get("/?a[]={b|c}\\^`\"<>"),
            query: "a[]={b|c}\\^`\"<>"
        ),
        .init(
            section: "3986 §3.3",
            name: "all that a path is made of",
            text: get("/-._~!$&'()*+,;=:@/0aZ"),
            path: "/-._~!$&'()*+,;=:@/0aZ",
            segments: ["-._~!$&'()*+,;=:@", "0aZ"]
        ),
        .init(
            section: "3986 §2.1",
            name: "an escaped backslash is a character like others",
            text: get("/a%5c..%5cb"),
            path: "/a\\..\\b",
            segments: ["a\\..\\b"]
        ),
        .init(
            section: "9112 §3.2.2",
            name: "absolute form with query and no path",
            text: get("https://b?c=d"),
            path: "/",
            query: "c=d"
        ),
        .init(
            section: "3986 §5.2.4",
            name: "dot segments",
            text: get("/a/./b/../c"),
            path: "/a/c",
            segments: ["a", "c"]
        ),
        .init(
            section: "3986 §5.2.4",
            name: "escaped dot segments",
            text: get("/a/%2e%2E/b"),
            path: "/b",
            segments: ["b"]
        ),
        .init(
            section: "3986 §5.2.4",
            name: "above the root",
            text: get("/../../etc/passwd"),
            path: "/etc/passwd",
            segments: ["etc", "passwd"]
        ),
        .init(
            section: "3986 §5.2.4",
            name: "dots at the end",
            text: get("/a/b/.."),
            path: "/a/",
            segments: ["a", ""]
        ),
        .init(
            section: "3986 §3.3",
            name: "names with dots",
            text: get("/.a/..b/..."),
            path: "/.a/..b/...",
            segments: [".a", "..b", "..."]
        ),
        .init(
            section: "9112 §3.2.2",
            name: "absolute form",
            text: get("http://b:81/a?c"),
            path: "/a",
            segments: ["a"],
            query: "c"
        ),
        .init(
            section: "9112 §3.2.2",
            name: "absolute form without path",
            text: get("HTTP://b"),
            path: "/"
        ),
        .init(
            section: "9112 §3.2.4",
            name: "asterisk form",
            text: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
            method: .options,
            path: "*",
            segments: ["*"]
        ),
        .init(
            section: "9110 §9.1",
            name: "unknown method",
            text: "BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
            method: Method(rawValue: "BREW")
        ),
        .init(section: "9112 §2.2", name: "one empty line first", text: "\r\n" + get("/")),
        .init(
            section: "9110 §2.5",
            name: "higher minor version",
            text: "GET / HTTP/1.9\r\nHost: a\r\n\r\n"
        ),
        .init(
            section: "9110 §7.2",
            name: "IPv6 host",
            text: "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"
        ),
        .init(
            section: "9110 §7.2",
            name: "a host of one service",
            text: "GET / HTTP/1.1\r\nHost: my_service-1.local:65535\r\n\r\n"
        ),
        .init(
            section: "3986 §3.2.3",
            name: "a port without digits",
            text: "GET / HTTP/1.1\r\nHost: a:\r\n\r\n"
        ),
        .init(
            section: "9110 §9.1",
            name: "methods are case-sensitive",
            text: "get / HTTP/1.1\r\nHost: a\r\n\r\n",
            method: Method(rawValue: "get")
        ),
        .init(
            section: "9110 §5.5",
            name: "space and tabs around a value",
            text: "GET / HTTP/1.1\r\nHost: \t a \t \r\nA:\r\n\r\n"
        ),
        .init(
            section: "9110 §7.8",
            name: "an upgrade is ignored",
            text: "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"
        ),
        .init(
            section: "9110 §9.3.8",
            name: "TRACE without a body",
            text: "TRACE / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
            method: .trace
        ),
    ]

    static let bodies: [ValidRequest] = [
        .init(
            section: "9112 §6.2",
            name: "length",
            text: post("content-LENGTH: 5", "abcde"),
            method: .post,
            body: "abcde"
        ),
        .init(
            section: "9110 §9.3.1",
            name: "GET with a body",
            text: "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na",
            body: "a"
        ),
        .init(
            section: "9112 §6.3",
            name: "neither length nor coding is no body",
            text: "POST / HTTP/1.1\r\nHost: a\r\n\r\n",
            method: .post
        ),
        .init(
            section: "9112 §6.2",
            name: "length 0",
            text: post("Content-Length: 0", ""),
            method: .post
        ),
        .init(
            section: "9112 §7.1",
            name: "chunks",
            text: post("Transfer-Encoding: Chunked", "3\r\nabc\r\n00a\r\n0123456789\r\n0\r\n\r\n"),
            method: .post,
            body: "abc0123456789"
        ),
        .init(
            section: "9112 §7.1",
            name: "no chunks",
            text: post("Transfer-Encoding: chunked", "000\r\n\r\n"),
            method: .post
        ),
        .init(
            section: "9112 §7.1.1",
            name: "extensions",
            text: post(
                "Transfer-Encoding:\tCHUNKED ",
                "3;a=\"b;\\\"c\" ;\td = e;f\r\nabc\r\n0;e\r\n\r\n"
            ),
            method: .post,
            body: "abc"
        ),
        .init(
            section: "9112 §7.1.2",
            name: "trailers are dropped",
            text: post("Transfer-Encoding: chunked", "1\r\na\r\n0\r\nX-Sum: 1\r\nB: c\r\n\r\n"),
            method: .post,
            body: "a"
        ),
        .init(
            section: "9110 §10.1.1",
            name: "expectation",
            text: post("Expect: 100-Continue\r\nContent-Length: 1", "a"),
            method: .post,
            body: "a"
        ),
    ]

    static let connections: [ValidRequest] = [
        .init(
            section: "9112 §9.3",
            name: "close",
            text: "GET / HTTP/1.1\r\nHost: a\r\nConnection: a, Close\r\n\r\n",
            keepsAlive: false
        ),
        .init(
            section: "9112 §9.3",
            name: "HTTP/1.0",
            text: "GET / HTTP/1.0\r\n\r\n",
            keepsAlive: false
        ),
        .init(
            section: "9112 §9.3",
            name: "HTTP/1.0 that stays",
            text: "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"
        ),
        .init(
            section: "9110 §7.6.1",
            name: "options that say nothing here",
            text: "GET / HTTP/1.1\r\nHost: a\r\nConnection: , keep-alive ,closed,\r\n\r\n"
        ),
        .init(
            section: "9112 §9.3",
            name: "close wins",
            text: "GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n",
            keepsAlive: false
        ),
    ]
}

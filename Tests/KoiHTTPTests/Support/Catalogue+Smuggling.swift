@testable import KoiHTTP

/// Requests that two parsers might take for different ones.
extension MalformedRequest {
    private static func get(_ target: String) -> String {
        "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n"
    }

    private static func host(_ value: String) -> String {
        "GET / HTTP/1.1\r\nHost: \(value)\r\n\r\n"
    }

    static let targets: [MalformedRequest] =
        [
            ("9112 §3.2", "raw letter beyond ASCII in the path", "/caf\u{e9}"),
            ("9112 §3.2", "backslash", "/a\\b"),
            ("9112 §3.2", "backslashes for slashes", "/..\\..\\etc"),
            ("9112 §3.2", "double quote", "/a\"b"),
            ("9112 §3.2", "angle bracket", "/<a>"),
            ("9112 §3.2", "brace", "/{a}"),
            ("9112 §3.2", "bar", "/a|b"),
            ("9112 §3.2", "circumflex", "/a^b"),
            ("9112 §3.2", "backtick", "/a`b"),
            ("9112 §3.2", "square bracket", "/a[1]"),
            ("9112 §3.2", "fragment alone", "#"),
            ("9112 §3.2", "fragment behind the query", "/?a#b"),
            ("9112 §3.2", "query without a path", "?a"),
            ("9112 §3.2", "two asterisks", "**"),
            ("9112 §3.2.2", "relative to a scheme", "//" + "\u{7f}"),
            ("9112 §3.2.2", "scheme alone", "http:"),
            ("9112 §3.2.2", "one slash behind the scheme", "http:/a/"),
            ("9112 §3.2.2", "port that is too large", "http://a:65536/"),
            ("9112 §3.2.2", "password", "http://u:p@a/"),
            ("9112 §3.2.2", "fragment of an address", "http://a/#b"),
            ("3986 §2.1", "percent sign alone", "/%"),
            ("3986 §2.1", "escape with a sign", "/%+1"),
            ("3986 §2.1", "escape with a space", "/% 1"),
            ("3986 §2.1", "escaped line end", "/a%0d%0aSet-Cookie:b"),
            ("3986 §2.1", "escaped LF", "/a%0Ab"),
            ("3986 §2.1", "escaped tab", "/%09"),
            ("3986 §2.1", "escaped DEL", "/%7f"),
            ("3629 §3", "overlong dots", "/%c0%ae%c0%ae/"),
            ("3629 §3", "overlong slash of three bytes", "/%e0%80%af"),
            ("3629 §3", "beyond U+10FFFF", "/%f4%90%80%80"),
            ("3629 §3", "cut character", "/%e9%87"),
        ].map { MalformedRequest($0.0, $0.1, get($0.2)) } + [
            .init("9112 §3.2", "OPTIONS with an asterisk and more", "OPTIONS *a HTTP/1.1\r\nHost: a\r\n\r\n"),
            .init("9112 §3.2.3", "CONNECT to a path", "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
            .init("9113 §3.4", "the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
            .init("9112 §3", "three spaces", "   \r\n\r\n"),
            .init("9112 §3", "target left out", "GET HTTP/1.1\r\nHost: a\r\n\r\n"),
            .init("9112 §2.2", "CR for a line end", "GET / HTTP/1.1\rHost: a\r\n\r\n"),
            .init("9112 §2.2", "two CRs before LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"),
            .init("9112 §2.2", "bare LF first", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
            .init("9112 §2.2", "bare CR first", "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
            .init("9112 §2.2", "white space for the first field", "GET / HTTP/1.1\r\n \r\nHost: a\r\n\r\n"),
            .init("9112 §2.3", "zeros in the version", "GET / HTTP/01.01\r\nHost: a\r\n\r\n"),
            .init("9112 §2.3", "space in the version", "GET / HTTP/ 1.1\r\nHost: a\r\n\r\n"),
            .init("9112 §2.3", "comma in the version", "GET / HTTP/1,1\r\nHost: a\r\n\r\n"),
            .init("9112 §2.3", "another protocol", "GET / ICY/1.1\r\nHost: a\r\n\r\n"),
            .init("9110 §15.6.6", "HTTP/9.9", "GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505),
            .init("9112 §3", "a method without an end", String(repeating: "A", count: 9000) + " / HTTP/1.1\r\n\r\n"),
            .init("5246 §6.2.1", "the hello of TLS", bytes: [0x16, 3, 1, 0, 0xa5, 1, 0, 0, 0xa1, 3, 3, 10]),
        ]

    static let trailers: [MalformedRequest] =
        [
            "Content-Length: 5", "Transfer-Encoding: chunked", "Host: b", "Authorization: Bearer a",
            "Content-Type: text/html", "Cookie: a=b", "Connection: close", "Trailer: A",
        ].map {
            .init("9110 §6.5.1", "trailer \($0)", chunked("1\r\na\r\n0\r\n\($0)\r\n\r\n"))
        } + [
            .init("9112 §2.2", "bare LF behind a trailer", chunked("0\r\nA: b\n\r\n")),
            .init("9112 §2.2", "bare LF at the end", chunked("0\r\n\n")),
            .init("9112 §2.2", "bare CR at the end", chunked("0\r\n\rX\r\n")),
            .init("9112 §5.1", "trailer with a space before the colon", chunked("0\r\nA : b\r\n\r\n")),
            .init("9112 §7.1", "text behind the last chunk", chunked("0\r\nGET / HTTP/1.1\r\n\r\n")),
            .init("9112 §7.1.1", "semicolon alone", chunked("1;\r\na\r\n0\r\n\r\n")),
            .init("9112 §7.1.1", "no name", chunked("1;=a\r\na\r\n0\r\n\r\n")),
            .init("9112 §7.1.1", "no value", chunked("1;a=\r\na\r\n0\r\n\r\n")),
            .init("9112 §7.1.1", "name that is no token", chunked("1;a@b\r\na\r\n0\r\n\r\n")),
            .init("9112 §7.1.1", "open quote", chunked("1;a=\"b\r\na\r\n0\r\n\r\n")),
            .init("9112 §7.1.1", "quote that ends with an escape", chunked("1;a=\"b\\\"\r\na\r\n0\r\n\r\n")),
            .init("9112 §7.1.1", "text behind a quote", chunked("1;a=\"b\"c\r\na\r\n0\r\n\r\n")),
            .init("9112 §7.1.1", "NUL", chunked("1;a\0\r\na\r\n0\r\n\r\n")),
            .init("9112 §7.1.1", "bare LF in an extension", chunked("1;a\nb\r\na\r\n0\r\n\r\n")),
            .init("9112 §7.1", "underscore in the size", chunked("1_0\r\n0123456789abcdef\r\n0\r\n\r\n")),
            .init("9112 §7.1", "comma in the size", chunked("1,0\r\na\r\n0\r\n\r\n")),
            .init("9112 §7.1", "tab behind the size", chunked("1\t\r\na\r\n0\r\n\r\n")),
            .init(
                "9112 §7.1",
                "size with zeros beyond reason",
                chunked(String(repeating: "0", count: 40) + "1\r\na\r\n0\r\n\r\n")
            ),
            .init("9112 §7.1", "size of 2^64 and more", chunked("FFFFFFFFFFFFFFFF0\r\nhello\r\n0\r\n\r\n")),
            .init("9112 §7.1", "CR for the end of the size", chunked("1\ra\r\n0\r\n\r\n")),
            .init("9112 §7.1", "letters", chunked("xyz\r\na\r\n0\r\n\r\n")),
        ]

    /// What the answer must never be decided by: two fields of which each party could take another.
    static let mixtures: [MalformedRequest] =
        [
            "", "a, b", "a,b", "a;b", "a?b", "a#b", "a b", "http://a", "a:80:80", "a:65536", "a:-1", "a:+1", "a: 80",
            "[::1]:x", "[]", "[1::2::3]", "[::g]", "::1", "a%00", "a%2eb", "ä", "a\\b", "*", "\"a\"",
        ]
        .map { .init("9112 §3.2", "Host “\($0)”", host($0)) } + [
            .init("9112 §3.2", "empty Host, HTTP/1.0", "GET / HTTP/1.0\r\nHost:\r\n\r\n"),
            .init("9112 §3.2", "no Host with an absolute target", "GET http://a/ HTTP/1.1\r\n\r\n"),
            .init(
                "9112 §3.2",
                "two Hosts with an absolute target",
                "GET http://a/ HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"
            ),
            .init("9110 §5.3", "two types", fields("Content-Type: a/b\r\nContent-Type: c/d")),
            .init("9110 §5.3", "two keys", fields("Authorization: Bearer a\r\nauthorization: Bearer b")),
            .init("9112 §6.1", "Transfer_Encoding", fields("Transfer_Encoding: chunked") + "0\r\n\r\n"),
            .init("9112 §6.3", "Content_Length", fields("Content-Length: 0\r\nContent_Length: 9")),
            .init("9112 §6.1", "empty member first", fields("Transfer-Encoding: , chunked") + "0\r\n\r\n"),
            .init("9112 §6.1", "empty member last", fields("Transfer-Encoding: chunked,") + "0\r\n\r\n"),
            .init("9112 §6.1", "form feed", fields("Transfer-Encoding: \u{c}chunked") + "0\r\n\r\n"),
            .init("9112 §6.1", "NUL", fields("Transfer-Encoding: chunked\0") + "0\r\n\r\n"),
            .init("9112 §6.1", "quoted", fields("Transfer-Encoding: \"chunked\"") + "0\r\n\r\n"),
            .init("9112 §6.1", "folded", fields("Transfer-Encoding:\r\n chunked") + "0\r\n\r\n"),
            .init("9112 §6.1", "space before the colon", fields("Transfer-Encoding : chunked") + "0\r\n\r\n"),
            .init(
                "9112 §6.1",
                "identity and a length",
                fields("Transfer-Encoding: identity\r\nContent-Length: 5") + "hello"
            ),
            .init(
                "9112 §6.1",
                "xchunked and a length",
                fields("Transfer-Encoding: xchunked\r\nContent-Length: 5") + "hello"
            ),
            .init(
                "9112 §6.1",
                "chunked and identity in two fields",
                fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity")
            ),
            .init("9112 §6.1", "gzip alone", fields("Transfer-Encoding: gzip")),
            .init(
                "9112 §6.1",
                "a length in HTTP/1.0 beside chunked",
                "POST / HTTP/1.0\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            ),
            .init("9110 §5.1", "tab in a name", fields("Content\tLength: 1")),
            .init("9110 §5.1", "bracket in a name", fields("A[B: c")),
            .init("9110 §5.5", "LF alone as a line", "GET / HTTP/1.1\r\nHost: a\r\n\n\r\n"),
            .init("9110 §10.1.1", "expectations", fields("Expect: 100-continue, a"), 417),
            .init("9110 §10.1.1", "empty expectation", fields("Expect:"), 417),
        ]
}

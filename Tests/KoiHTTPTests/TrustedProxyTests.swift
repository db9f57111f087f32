import Testing

@testable import KoiHTTP

/// Who is found to ask, where 10.0.0.0/8 and the IPv6 loopback address are those of trusted proxies and 10.0.0.1 is connected.
struct ForwardedCase: CustomTestStringConvertible, Sendable {
    let name: String
    let fields: [(String, String)]
    var address = "10.0.0.1"
    var isSecure = false
    var host = "koi"

    var testDescription: String { name }

    static let standard: [ForwardedCase] = [
        .init(name: "nothing said", fields: []),
        .init(name: "an address", fields: [("Forwarded", "for=192.0.2.1")], address: "192.0.2.1"),
        .init(
            name: "everything, in any case",
            fields: [("Forwarded", "For=192.0.2.1;PROTO=HTTPS;Host=\"crm.example.com:8443\";by=10.0.0.1")],
            address: "192.0.2.1",
            isSecure: true,
            host: "crm.example.com:8443"
        ),
        .init(name: "IPv6", fields: [("Forwarded", "for=\"[2001:DB8::1]\"")], address: "2001:db8::1"),
        .init(name: "IPv6 with port", fields: [("Forwarded", "for=\"[2001:db8::1]:4711\"")], address: "2001:db8::1"),
        .init(name: "IPv4 with port", fields: [("Forwarded", "for=\"192.0.2.1:80\"")], address: "192.0.2.1"),
        .init(name: "obfuscated port", fields: [("Forwarded", "for=\"192.0.2.1:_x\"")], address: "192.0.2.1"),
        .init(name: "IPv4 in IPv6", fields: [("Forwarded", "for=\"[::ffff:192.0.2.1]\"")], address: "192.0.2.1"),
        .init(name: "an escape", fields: [("Forwarded", "for=\"192.0.2.\\1\"")], address: "192.0.2.1"),
        .init(
            name: "obfuscated identifier",
            fields: [("Forwarded", "for=192.0.2.9, for=_hidden;proto=https")],
            isSecure: true
        ),
        .init(name: "unknown", fields: [("Forwarded", "for=192.0.2.9, for=unknown")]),
        .init(
            name: "a made-up hop in front",
            fields: [("Forwarded", "for=1.1.1.1, for=192.0.2.1")],
            address: "192.0.2.1"
        ),
        .init(
            name: "a trusted hop behind",
            fields: [("Forwarded", "for=1.1.1.1, for=192.0.2.1;proto=https, for=10.0.0.2;proto=http")],
            address: "192.0.2.1",
            isSecure: true
        ),
        .init(
            name: "several fields",
            fields: [("Forwarded", "for=1.1.1.1"), ("Forwarded", "for=192.0.2.1")],
            address: "192.0.2.1"
        ),
        .init(name: "trusted hops only", fields: [("Forwarded", "for=10.0.0.9, for=10.0.0.2")], address: "10.0.0.9"),
        .init(
            name: "an open quote in front",
            fields: [("Forwarded", "for=\"1.1.1.1, for=\"[2001:db8::1]\"")],
            address: "2001:db8::1"
        ),
        .init(
            name: "a comma within quotes",
            fields: [("Forwarded", "for=192.0.2.1;by=\"a,for=1.1.1.1\"")],
            address: "192.0.2.1"
        ),
        .init(name: "empty members", fields: [("Forwarded", ", for=192.0.2.1;, ,")], address: "192.0.2.1"),
        .init(name: "no for", fields: [("Forwarded", "proto=https")], isSecure: true),
    ]

    static let legacy: [ForwardedCase] = [
        .init(name: "an address", fields: [("X-Forwarded-For", "192.0.2.1")], address: "192.0.2.1"),
        .init(name: "with port", fields: [("X-Forwarded-For", "192.0.2.1:5678")], address: "192.0.2.1"),
        .init(name: "IPv6", fields: [("X-Forwarded-For", "2001:db8:0::1")], address: "2001:db8::1"),
        .init(name: "IPv6 in brackets", fields: [("X-Forwarded-For", "[2001:db8::1]:1")], address: "2001:db8::1"),
        .init(
            name: "a made-up hop in front",
            fields: [("X-Forwarded-For", "1.1.1.1,192.0.2.1, 10.0.0.7")],
            address: "192.0.2.1"
        ),
        .init(
            name: "several fields",
            fields: [("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-For", "192.0.2.1")],
            address: "192.0.2.1"
        ),
        .init(name: "unknown", fields: [("X-Forwarded-For", "unknown")]),
        .init(
            name: "scheme and host",
            fields: [
                ("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-Proto", "https"),
                ("X-Forwarded-Host", "crm.example.com"),
            ],
            address: "192.0.2.1",
            isSecure: true,
            host: "crm.example.com"
        ),
        .init(
            name: "a scheme for each hop",
            fields: [("X-Forwarded-For", "192.0.2.1, 10.0.0.2"), ("X-Forwarded-Proto", "https, http")],
            address: "192.0.2.1",
            isSecure: true
        ),
        .init(name: "a scheme alone", fields: [("X-Forwarded-Proto", "https")], isSecure: true),
        .init(
            name: "Forwarded as a client sent it",
            fields: [("Forwarded", "for=1.1.1.1;proto=https"), ("X-Forwarded-For", "192.0.2.1")],
            address: "192.0.2.1"
        ),
    ]

    /// All that leaves the proxy's own address.
    static let malformed: [ForwardedCase] =
        [
            "for=", "for", "=", ";;=;", "for=\"", "for=\"192.0.2.1", "for=192.0.2.1\"", "for=192.0.2.256",
            "for=192.0.2.1:123456",
            "for=192.0.2.1:a", "for=[2001:db8::1", "for=\"[192.0.2.1]\"", "for=\"[]\"", "for=\"[::1]x\"", "for=_",
            "for=_a b",
            "for=192.0.2.1;for=192.0.2.1", "for=192.0.2.1;proto=ftp", "for=192.0.2.1;host=\"a b\"", "for=fe80::1%eth0",
            "for=\"\\", "\"", "\\", "for=\u{e4}", "for=127.1",
        ].map { .init(name: "Forwarded: " + $0, fields: [("Forwarded", $0)]) }
        + [
            "x", ":", "::", "1", "192.0.2.1:", "192.0.2.1 192.0.2.2", "192.0.2.1;", "1.1.1.1, x", "[", "]", "[]",
            "[:]:", "\"192.0.2.1\"",
            String(repeating: "1:", count: 9000),
        ].filter { $0 != "::" }.map {
            .init(name: "X-Forwarded-For: " + String($0.prefix(20)), fields: [("X-Forwarded-For", $0)])
        }
}

@Suite struct TrustedProxyTests {
    private static let proxies = TrustedProxies(ranges: ["10.0.0.0/8", "::1"].compactMap(AddressRange.init))

    @Test(arguments: ForwardedCase.standard + ForwardedCase.legacy + ForwardedCase.malformed)
    func `a trusted proxy says who asks, as far as it can be read`(_ row: ForwardedCase) throws {
        var head = try RequestHead(.get, "/", fields: Fields([("Host", "koi")] + row.fields))

        let client = Self.proxies.client(of: Peer(address: "10.0.0.1"), &head)

        #expect(client == Peer(address: row.address, isSecure: row.isSecure))
        #expect(head.fields.values("Host") == [row.host])
    }

    @Test func `only proxies are trusted, and never the server's own commands`() {
        let proxies = TrustedProxies(ranges: Self.proxies.ranges, includesUnixSockets: true)
        #expect(proxies.trusts(Peer(address: "10.1.2.3")))
        #expect(proxies.trusts(Peer(address: "::ffff:10.1.2.3")))
        #expect(proxies.trusts(Peer(address: "")))
        #expect(!proxies.trusts(Peer(address: "", isLocalSocket: true)))
        #expect(!proxies.trusts(Peer(address: "11.0.0.1")))
        #expect(!Self.proxies.trusts(Peer(address: "")))
        #expect(!TrustedProxies().trusts(Peer(address: "127.0.0.1")))
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.0.0.1", "10.0.0.1", true),
        ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
        ("0.0.0.0/0", "::1", false), ("192.0.2.0/24", "::ffff:192.0.2.9", true),
        ("10.0.0.0/8", "not an address", false),
    ])
    func `a range has the addresses that share its first bits`(range: String, address: String, isIn: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(address) == isIn)
    }

    @Test(arguments: [
        "", "a", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/0008", "::/129", "10.0",
    ])
    func `what is no range is refused`(text: String) {
        #expect(AddressRange(text) == nil)
    }

    /// Whatever a client sends, the hop that the proxy adds behind it is what counts.
    @Test(arguments: [
        ("Forwarded", "for=192.0.2.1"), ("Forwarded", "for=\"[2001:db8::1]:80\""), ("X-Forwarded-For", "192.0.2.1"),
    ])
    func `nothing in front of a hop changes how it is read`(name: String, hop: String) throws {
        let alphabet = Array("for=\";,[]:_\\1.a /".unicodeScalars)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<5_000 {
            let made = (0..<Int.random(in: 0...24, using: &random)).compactMap { _ in
                alphabet.randomElement(using: &random)
            }
            let text = String(String.UnicodeScalarView(made))
            var head = try RequestHead(.get, "/", fields: Fields([(name, text + ", " + hop)]))
            var alone = try RequestHead(.get, "/", fields: Fields([(name, text)]))

            let client = Self.proxies.client(of: Peer(address: "10.0.0.1"), &head)
            _ = Self.proxies.client(of: Peer(address: "10.0.0.1"), &alone)

            #expect(client.address == (hop.contains("2001") ? "2001:db8::1" : "192.0.2.1"), "\(text)")
        }
    }

    @Test func `the fields of a stranger say nothing`() throws {
        let request = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\nConnection: close\r\n\r\n"
        let application = TestApplication(answer: { request, _ in .text(request.peer.address) })
        let trusting = try TestServer(
            application,
            proxies: TrustedProxies(ranges: ["127.0.0.1"].compactMap(AddressRange.init))
        )
        let wary = try TestServer(application, proxies: Self.proxies)

        #expect(try trusting.ask(request).hasSuffix("\r\n\r\n192.0.2.1"))
        #expect(try wary.ask(request).hasSuffix("\r\n\r\n127.0.0.1"))
    }
}

import KoiHTTP
import Testing

@testable import Koi

struct `The policy of addresses` {
    @Test(
        arguments: [
            "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.1.2.3",
            "169.254.169.254",
            "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
            "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255", "::", "::1",
            "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b::7f00:1", "64:ff9b:1::1",
            "100::1", "2001::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::", "3fff::1", "4000::1",
            "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1",
        ]
    )
    func `lets nothing through into the own network, nor to what is no address of the Internet`(_ text: String) throws {
        let address = try #require(NumericAddress(text))
        #expect(!AddressPolicy().permits(address, isSecure: true))
    }

    @Test(
        arguments: [
            "1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "192.0.1.1",
            "198.20.0.1",
            "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1", "64:ff9b::808:808", "::ffff:8.8.8.8",
        ]
    )
    func `lets through what is in the Internet, by TLS alone`(_ text: String) throws {
        let address = try #require(NumericAddress(text))
        #expect(AddressPolicy().permits(address, isSecure: true))
        #expect(!AddressPolicy().permits(address, isSecure: false))
    }

    @Test(
        arguments: [
            ("10.1.0.0/16", "10.1.2.3", true), ("10.1.0.0/16", "10.2.0.1", false),
            ("127.0.0.1", "::ffff:127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false), ("10.0.0.0/8", "64:ff9b::a01:203", true), ("fd00::/8", "fd12::1", true),
            ("::1", "::1", true), ("::1", "127.0.0.1", false),
        ]
    )
    func `lets through what whoever runs Koi allows`(_ range: String, _ text: String, _ isAllowed: Bool) throws {
        let policy = try OptionValue.addressPolicy(range)
        let address = try #require(NumericAddress(text))
        for isSecure in [true, false] { #expect(policy.permits(address, isSecure: isSecure) == isAllowed) }
    }

    @Test(arguments: ["", "localhost", "10.0.0.0/33", "10.0.0.1,", "none,10.0.0.1"])
    func `is not made of what is no range`(_ text: String) {
        #expect(throws: ValueSentence.self) { try OptionValue.addressPolicy(text) }
    }
}

struct `An address to send to` {
    @Test(
        arguments: [
            ("https://example.com", true, "example.com", 443, "/"),
            ("HTTPS://Example.COM/Hooks?a=b", true, "example.com", 443, "/Hooks?a=b"),
            ("http://example.com:8080/x", false, "example.com", 8080, "/x"),
            ("https://example.com?x=1", true, "example.com", 443, "/?x=1"),
            ("https://[2001:DB8::1]:444/", true, "2001:db8::1", 444, "/"),
            ("https://192.0.2.7/%E4%B8%AD", true, "192.0.2.7", 443, "/%E4%B8%AD"),
            ("https://a_b-c.example./", true, "a_b-c.example.", 443, "/"),
        ] as [(String, Bool, String, Int, String)]
    )
    func `is read`(_ text: String, _ isSecure: Bool, _ host: String, _ port: Int, _ target: String) throws {
        let url = try #require(OutgoingURL(text))
        #expect(url.isSecure == isSecure)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.target == target)
    }

    @Test(
        arguments: [
            "", "example.com", "ftp://example.com", "file:///etc/passwd", "https://", "https:///x",
            "https://user@example.com",
            "https://user:pass@example.com", "https://example.com#x", "https://example.com:0",
            "https://example.com:65536",
            "https://example.com:", "https://example.com:+80", "https://exa mple.com",
            "https://example.com/\r\nHost: x",
            "https://2130706433", "https://0x7f.0.0.1", "https://0x7f000001/", "https://127.1", "https://0177.0.0.1",
            "https://127.0.0.1.", "https://256.1.1.1", "https://1.2.3.4.5", "https://[::1", "https://[127.0.0.1]",
            "https://[fe80::1%25eth0]/", "https://a..b", "https://.a", "https://例子.中国", "https://exämple.com",
            "https://example.com\\@evil.com", "https://[::1]x:80", "https://example.com/a b", "https://-/\u{7F}",
        ]
    )
    func `is nothing that could be understood in two ways`(_ text: String) {
        #expect(OutgoingURL(text) == nil)
    }

    @Test func `names host and port as its request does`() throws {
        let plain = try #require(OutgoingURL("https://example.com:443/"))
        let other = try #require(OutgoingURL("http://[2001:db8::1]:8080/x"))
        #expect(plain.authority == "example.com")
        #expect(other.authority == "[2001:db8::1]:8080")
    }
}

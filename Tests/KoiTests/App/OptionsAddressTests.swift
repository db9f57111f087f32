import KoiHTTP
import Testing

@testable import Koi

@Suite struct OptionsAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8_080), ("0.0.0.0:80", "0.0.0.0", 80),
        ("localhost:0", "localhost", 0), ("crm.example.com:65535", "crm.example.com", 65_535),
        ("[::1]:8080", "::1", 8_080), ("[::]:443", "::", 443),
        ("[fe80::1%eth0]:8080", "fe80::1%eth0", 8_080),
        ("[::ffff:127.0.0.1]:1", "::ffff:127.0.0.1", 1),
    ])
    func `an address is a host and a port`(text: String, host: String, port: Int) throws {
        #expect(try OptionValue.address(text) == .tcp(host: host, port: port, .byCertificate))
    }

    @Test(arguments: [
        "", ":", "8080", "localhost", ":8080", "localhost:", "localhost:-1", "localhost:+80",
        "localhost:65536", "localhost:80a", "localhost:99999999999999999999", "::1:8080",
        "[::1]", "[::1]8080", "[]:80", "[127.0.0.1]:80", "[::1:80", "::1]:80", "[::1%]:80",
        "[fe80::1%a%b]:80", "ftp://localhost:80", "http://", "https://localhost", "unix:", "a b:80", "*:80",
        "koi.sock:/x", "例子:80",
    ])
    func `what is no address is refused`(text: String) {
        #expect(throws: ValueSentence.self) { try OptionValue.address(text) }
    }

    @Test(arguments: ["127.0.0.1:80,", ",127.0.0.1:80", "127.0.0.1:80,,127.0.0.1:81"])
    func `an empty address among several is refused`(text: String) {
        #expect(throws: ValueSentence.self) { try OptionValue.addresses(text) }
    }
}

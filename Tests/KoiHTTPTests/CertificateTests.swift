import CLinux
import COpenSSL
import Glibc
import Logging
import Testing

@testable import KoiHTTP

@Suite struct CertificateTests {
    @Test func `a made certificate names this machine and what it is given`() throws {
        let files = try TestCertificate(names: ["CRM.example.com", "192.0.2.1", "*.example.org"])
        let identity = try files.identity()

        for name in ["localhost", "127.0.0.1", "::1", "crm.example.com", "192.0.2.1", "a.example.org"] {
            #expect(identity.covers(name), "\(name)")
        }
        for name in ["example.com", "192.0.2.2", "a.b.example.org", "", "evil"] {
            #expect(!identity.covers(name), "\(name)")
        }
        var status = stat()
        #expect(stat(files.key, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(!identity.isKeyOpen)
        chmod(files.key, 0o644)
        #expect(identity.isKeyOpen)
    }

    @Test(arguments: ["", "a b", "DNS:x", "a,IP:1.2.3.4", "-.", "a..b", "*", "*.com", "例子"])
    func `what is no name is refused`(name: String) throws {
        let isName = name == "-."
        if !isName { #expect(throws: CertificateError.self) { try SelfSignedCertificate(names: [name]) } }
    }

    @Test func `nothing is overwritten`() throws {
        let files = try TestCertificate()
        let made = try SelfSignedCertificate(names: [])

        #expect(throws: CertificateError.exists(files.key)) {
            try made.write(certificate: files.folder.path + "/other", key: files.key)
        }
        #expect(throws: CertificateError.exists(files.certificate)) {
            try made.write(certificate: files.certificate, key: files.folder.path + "/other")
        }
        #expect(access(files.folder.path + "/other", F_OK) != 0)
    }

    @Test func `a certificate that cannot be used says why`() throws {
        let files = try TestCertificate()
        let other = try TestCertificate()
        let folder = try TemporaryFolder()
        try folder.write("empty", "")
        let empty = folder.path + "/empty"

        func error(_ certificate: String, _ key: String) -> String? {
            #expect(throws: CertificateError.self) {
                _ = try TLSIdentity(certificate: certificate, key: key, strictDays: 0)
            }?.description
        }
        #expect(error("/nowhere/tls.crt", files.key)?.contains("No such file") == true)
        #expect(error(files.certificate, "/nowhere/tls.key")?.contains("/nowhere/tls.key cannot be read") == true)
        #expect(error(empty, files.key)?.contains("holds no certificate") == true)
        #expect(error(files.certificate, empty)?.contains("holds no private key") == true)
        #expect(error(files.certificate, other.key)?.contains("is not that of") == true)
    }
}

@Suite struct RedirectTests {
    @Test(arguments: [
        ("/a?b=c", "localhost", "https://localhost:8443/a?b=c"), ("/", "LOCALHOST:80", "https://localhost:8443/"),
        ("//evil.example/", "localhost", "https://localhost:8443//evil.example/"),
        ("http://localhost:80/a", "localhost", "https://localhost:8443/a"),
        ("http://localhost?a", "localhost", "https://localhost:8443/?a"), ("*", "localhost", "https://localhost:8443/"),
        ("/a", "[::1]:80", "https://[::1]:8443/a"), ("/a", "127.0.0.1", "https://127.0.0.1:8443/a"),
    ])
    func `the way leads to the same place over HTTPS`(target: String, host: String, location: String) throws {
        let identity = try TestCertificate().identity()
        var head = RequestHead(target: target)
        head.fields.append("Host", host)

        let response = Redirect(identity: identity, port: 8443).response(to: head)

        #expect(response?.status == .permanentRedirect)
        #expect(response?.fields["Location"] == location)
    }

    @Test(arguments: ["evil.example", "localhost.evil.example", "", "[::2]", "10.0.0.1", "localhost@evil.example"])
    func `a host that the certificate does not name leads nowhere`(host: String) throws {
        let identity = try TestCertificate().identity()
        var head = RequestHead()
        head.fields.append("Host", host)

        #expect(Redirect(identity: identity, port: nil).response(to: head) == nil)
    }

    @Test func `a listener of its own sends everybody on`() throws {
        let files = try TestCertificate()
        let server = try Server(
            listeners: [
                Listener(.tcp(host: "127.0.0.1", port: 0), .tls), Listener(.tcp(host: "127.0.0.1", port: 0), .redirect),
            ],
            loops: 1,
            tls: files.identity(),
            application: TestApplication(),
            logger: Logger(label: "test"),
            spoolFolder: "/tmp"
        )
        server.start()
        defer { server.stop(grace: .zero) {} }
        guard case .tcp(_, let secure) = server.boundAddresses[0], case .tcp(_, let plain) = server.boundAddresses[1]
        else { throw Client.Failure() }
        func ask(_ host: String) throws -> String {
            let client = try Client(port: plain)
            try client.send("POST /a?b HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab")
            return try client.readToEnd()
        }

        let answer = try ask("localhost")
        #expect(answer.hasPrefix("HTTP/1.1 308 "))
        #expect(answer.contains("\r\nLocation: https://localhost:\(secure)/a?b\r\n"))
        #expect(!answer.contains("Strict-Transport-Security"))
        #expect(try ask("evil.example").hasPrefix("HTTP/1.1 421 "))
    }
}

import CLinux
import Glibc
import Logging
import Testing

@testable import KoiHTTP

@Suite struct ListeningTests {
    private func server(_ listeners: [Listener]) throws -> Server {
        try Server(
            listeners: listeners,
            loops: 1,
            application: TestApplication(),
            logger: Logger(label: "test"),
            spoolFolder: "/tmp"
        )
    }

    private func port(_ server: Server) throws -> Int {
        guard case .tcp(_, let port) = server.boundAddresses.first else { throw Client.Failure() }
        return port
    }

    private static let hasIPv6 =
        SocketAddress.resolve("::1", 0).first.map { address in
            var address = address
            let probe = socket(AF_INET6, linux_stream_socket, 0)
            defer { close(probe) }
            return address.withMutablePointer { bind(probe, $0, $1.pointee) == 0 }
        } ?? false

    @Test(.enabled(if: hasIPv6)) func `all IPv6 addresses are all of IPv4 too, unless somebody has those`() throws {
        let free = try port(server([.tcp(host: "::", port: 0)]))

        let alone = try server([.tcp(host: "::", port: free)])
        #expect(throws: ServerError.self) { try server([.tcp(host: "0.0.0.0", port: free)]) }
        alone.stop(grace: .zero) {}
    }

    @Test(.enabled(if: hasIPv6), arguments: ["0.0.0.0", "127.0.0.1"])
    func `IPv4 and all of IPv6 are served at one port`(host: String) throws {
        let free = try port(server([.tcp(host: host, port: 0)]))

        let both = try server([.tcp(host: host, port: free), .tcp(host: "::", port: free)])

        #expect(both.boundAddresses == [.tcp(host: host, port: free), .tcp(host: "::", port: free)])
    }

    @Test func `a name has one port at all of its addresses`() throws {
        let server = try server([.tcp(host: "localhost", port: 0)])
        server.start()
        defer { server.stop(grace: .zero) {} }

        let client = try Client(port: port(server))
        try client.send("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(try client.readToEnd().hasSuffix("/a"))
    }

    @Test func `a socket that listens already is served, and keeps its address`() throws {
        let (descriptor, bound) = try listeningSocket()
        let server = try server([Listener(.inherited(descriptor: descriptor))])
        server.start()
        defer { server.stop(grace: .zero) {} }

        #expect(try port(server) == bound)
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC == FD_CLOEXEC)
        let client = try Client(port: bound)
        try client.send("GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(try client.readToEnd().hasSuffix("/a"))
    }

    @Test func `what does not listen is no listener`() {
        for descriptor: Int32 in [0, 9_999] {
            #expect(throws: ServerError.self) { try server([Listener(.inherited(descriptor: descriptor))]) }
        }
    }

    @Test func `a Unix socket at which somebody listens is not taken over`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.sock"
        let first = try server([.unix(path: path, mode: 0o600)])

        let error = #expect(throws: ServerError.self) { try server([.unix(path: path, mode: 0o600)]) }

        #expect(error?.errno == EADDRINUSE)
        withExtendedLifetime(first) {}
    }

    private func listeningSocket() throws -> (Int32, Int) {
        var address = SocketAddress.resolve("127.0.0.1", 0)[0]
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let isBound = address.withMutablePointer { bind(descriptor, $0, $1.pointee) == 0 }
        guard isBound, listen(descriptor, 10) == 0, let port = SocketAddress.local(of: descriptor)?.port else {
            throw Client.Failure()
        }
        return (descriptor, port)
    }
}

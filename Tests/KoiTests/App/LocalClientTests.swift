import KoiHTTP
import KoiJSON
import KoiSQLite
import Logging
import Synchronization
import Testing

@testable import Koi

@Suite struct LocalClientTests {
    /// Runs Koi on a port of the system's choice and asks it over its socket.
    private func withRunningKoi(
        _ body: (LocalClient, Koi, Configuration) throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        var configuration = Configuration()
        configuration.dataFolder = folder.path
        configuration.listeners = [.tcp(host: "127.0.0.1", port: 0, .plain)]
        configuration.loops = 1
        let koi = try Koi(
            configuration,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        koi.start()
        let result = Result { try body(LocalClient(folder: koi.app.folder), koi, configuration) }
        await withCheckedContinuation { continuation in
            koi.stop(grace: .zero) { continuation.resume() }
        }
        try result.get()
    }

    @Test func `a running Koi makes a key for the first user`() async throws {
        try await withRunningKoi { client, koi, _ in
            let key = try client.makeKey(KeyRequest(name: "shop", user: nil))
            let owner = try koi.app.perform { transaction in
                try APIKey.find(key, in: koi.app.catalog, transaction.connection)?.actor.user
            }
            #expect(owner == 1)
        }
    }

    @Test func `a running Koi checks itself and makes backups`() async throws {
        try await withRunningKoi { client, koi, _ in
            #expect(try client.check().isEmpty)
            let name = try client.backUp()
            #expect(try Backups(koi.app).list().map(\.name.text) == [name])
        }
    }

    @Test func `what a running Koi refuses is said in its sentence`() async throws {
        try await withRunningKoi { client, _, _ in
            #expect(throws: LocalFailure("There is no such user.")) {
                try client.makeKey(KeyRequest(name: "shop", user: 99))
            }
            #expect(throws: LocalFailure.self) { try client.post("/local/nothing") }
        }
    }

    @Test func `a second Koi on the same folder is refused`() async throws {
        try await withRunningKoi { _, _, configuration in
            #expect(throws: FolderLockError.self) {
                try Koi(
                    configuration,
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                )
            }
        }
    }

    @Test func `a socket that nobody serves is a clear failure`() throws {
        let folder = try TemporaryFolder()
        #expect(throws: LocalFailure.self) {
            try LocalClient(folder: DataFolder(folder.path)).post("/local/keys")
        }
        let long = String(repeating: "long/", count: 30)
        #expect(throws: LocalFailure.self) {
            try LocalClient(folder: DataFolder(long)).post("/local/keys")
        }
    }

    @Test(arguments: ["", "   ", String(repeating: "n", count: 201), "a\nb"])
    func `a key needs a name of one line`(name: String) {
        #expect(throws: Problem.self) { try KeyRequest(name: name, user: nil) }
    }

    @Test(arguments: [
        "", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", "SSH-2.0\r\n\r\n",
        "HTTP/1.1 +20 OK\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{{", "HTTP/1.1\r\n\r\n",
    ])
    func `half an answer is refused`(text: String) {
        #expect(throws: LocalFailure.self) { try LocalAnswer(Array(text.utf8)) }
    }

    @Test func `a whole answer has a status and a body`() throws {
        let text = "HTTP/1.1 201 Created\r\ncontent-length: 7\r\n\r\n{\"a\":1}"
        let answer = try LocalAnswer(Array(text.utf8))
        #expect(answer.status == 201)
        #expect(answer.body == ["a": 1])
    }
}

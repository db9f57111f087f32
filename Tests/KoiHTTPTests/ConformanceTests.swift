import Testing

@testable import KoiHTTP

/// The rules of the protocol, one row each, against a server on a socket.
@Suite struct ConformanceTests {
    private let folder: TemporaryFolder
    private let server: TestServer

    init() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.txt", "0123456789")
        let files = StaticFiles(folder: folder.path)
        let path = folder.path + "/a.txt"
        self.folder = folder
        server = try TestServer(
            TestApplication(
                admission: { head in
                    head.path == "/refused" ? .refuse(.text("no", .forbidden)) : .buffer(limit: 1000)
                },
                answer: { request, _ in ConformanceTests.answer(request, files, path) }
            ),
            clock: TestClock().clock
        )
    }

    private static func answer(_ request: Request, _ files: StaticFiles, _ path: String) -> Response {
        let head = request.head
        if head.segments.first == "files" {
            return files.response(for: Array(head.segments.dropFirst()), request: head) ?? .text("", .notFound)
        }
        switch head.path {
        case "/body":
            guard case .bytes(let bytes) = request.body else { return .text("") }
            return Response(.ok, body: .bytes(bytes))
        case "/fields": return .text(head.fields.all.map { "\($0.name): \($0.value)\n" }.joined())
        case "/host": return .text(head.fields.values("Host").joined(separator: ","))
        case "/none": return .text("x", .noContent)
        case "/old": return .text("x", .notModified)
        case "/empty": return Response(.ok)
        case "/stream": return Response(.ok, body: .stream(ListSource([.bytes(Array("ab".utf8)), .end])))
        case "/open":
            guard let file = FileBody(path: path) else { return .text("", .notFound) }
            return Response(.ok, body: .file(file)).selected(by: head, tag: "\"a\"")
        default: return .text(head.path)
        }
    }

    @Test(arguments: Conformance.all) func `the server keeps to the RFC`(_ row: Conformance) throws {
        let client = try server.connect()

        try client.send(row.request)
        // Where the server is to stay, a last request asks it to go.
        if !row.closes { try client.send("GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") }
        var answers = try client.readToEnd()

        if !row.closes {
            let last = try #require(answers.ranges(of: "HTTP/1.1 200 OK").last)
            #expect(answers.hasSuffix("\r\n\r\n/last"))
            answers = String(answers[..<last.lowerBound])
        }
        let statuses = answers.matches(of: #/HTTP/1\.1 ([0-9]{3}) /#).compactMap { Int($0.1) }
        #expect(statuses == row.statuses)
        for text in row.has { #expect(answers.contains(text), "\(text)") }
        for text in row.hasNot { #expect(!answers.contains(text), "\(text)") }
        if let end = row.end { #expect(answers.hasSuffix(end), "\(answers)") }
        #expect(answers.contains("Connection: close") == row.closes)
    }
}

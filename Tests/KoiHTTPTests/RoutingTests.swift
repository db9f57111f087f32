import Glibc
import Testing

@testable import KoiHTTP

@Suite struct RoutingTests {
    private static let routes: [(method: Method, pattern: String, name: String)] = [
        (.get, "/", "root"),
        (.get, "/v1/tickets", "list"),
        (.post, "/v1/tickets", "create"),
        (.get, "/v1/tickets/{id}", "show"),
        (.delete, "/v1/tickets/{id}", "remove"),
        (.post, "/v1/tickets/search", "search"),
        (.put, "/v1/tickets/{id}/closure", "close"),
        (.put, "/v1/customers/by/{system}/{key}", "upsert"),
    ]

    private let router: Router = {
        var router = Router()
        for route in RoutingTests.routes { router.add(route.method, route.pattern) }
        return router
    }()

    private func describe(_ match: RouteMatch) -> String {
        switch match {
        case .found(let number, let captures):
            ([RoutingTests.routes[number].name] + captures.values).joined(separator: " ")
        case .methodNotAllowed(let allow): allow.map(\.rawValue).joined(separator: ",")
        case .notFound: "404"
        }
    }

    @Test(
        arguments: [
            ("GET", "/", "root"), ("HEAD", "/", "root"), ("GET", "/v1/tickets", "list"),
            ("GET", "/v1/tickets/7", "show 7"), ("HEAD", "/v1/tickets/7", "show 7"),
            ("PUT", "/v1/tickets/7/closure", "close 7"),
            ("PUT", "/v1/customers/by/erp/a%2Fb", "upsert erp a/b"),
            ("POST", "/v1/tickets/search", "search"), ("GET", "/v1/tickets/search", "POST,OPTIONS"),
            ("PUT", "/v1/tickets", "GET,HEAD,POST,OPTIONS"),
            ("OPTIONS", "/v1/tickets/7/closure", "PUT,OPTIONS"),
            ("PUT", "/v1/tickets/search", "POST,OPTIONS"),
            ("GET", "/v1", "404"), ("GET", "/v1/tickets/", "404"),
            ("GET", "/v1/tickets/7/x", "404"),
            ("GET", "//v1/tickets", "404"), ("OPTIONS", "*", "404"),
        ])
    func `a path leads to its route`(
        _ method: String,
        _ target: String,
        _ expected: String
    )
        throws
    {
        let head = try RequestHead(Method(rawValue: method), target)

        #expect(describe(router.match(head.method, head.segments)) == expected)
    }

    @Test func `captures are found by name and routes are listed in order`() {
        guard case .found(_, let captures) = router.match(.get, ["v1", "tickets", "7"]) else {
            Issue.record("not found")
            return
        }
        #expect(captures["id"] == "7")
        #expect(captures["other"] == nil)
        #expect(router.entries.first?.pattern.description == "/")
        #expect(router.entries.count == 8)
        #expect(router.entries.last?.pattern.captures == ["system", "key"])
    }

    @Test func `static files have a type and a tag, and no way leads out`() throws {
        let folder = try TemporaryFolder()
        try folder.write("index.html", "<p>")
        try folder.write("a.js", "1")
        try folder.write(".secret", "s")
        try folder.write("sub/b.txt", "b")
        symlink("/etc/passwd", folder.path + "/link.txt")
        let files = StaticFiles(folder: folder.path)

        func get(
            _ target: String,
            _ method: Method = .get,
            tag: String = "\"x\""
        ) throws
            -> Response?
        {
            let head = try RequestHead(
                method,
                target,
                fields: Fields([("If-None-Match", tag)])
            )
            return files.response(for: head.segments, request: head)
        }

        #expect(files.names == ["a.js", "index.html", "sub/b.txt"])
        #expect(try get("/")?.fields["Content-Type"] == "text/html; charset=utf-8")
        let script = try #require(try get("/a.js"))
        #expect(script.fields["Content-Type"] == "text/javascript; charset=utf-8")
        #expect(script.fields["X-Content-Type-Options"] == "nosniff")
        let tag = try #require(script.fields["ETag"])
        #expect(try get("/a.js", tag: "W/\(tag)")?.status == .notModified)
        #expect(try get("/a.js", .head)?.status == .ok)
        #expect(try get("/a.js", .post)?.status == .methodNotAllowed)
        #expect(try get("/sub/b.txt")?.status == .ok)
        for target in [
            "/.secret", "/link.txt", "/sub", "/sub/", "/sub%2Fb.txt", "/../etc/passwd",
            "/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "//a.js", "/missing",
        ] {
            #expect(try get(target) == nil, "\(target)")
        }
    }
}

import Testing

@testable import KoiHTTP

@Suite struct MultipartTests {
    private let form = """
        ignored\r
        --b\r
        Content-Disposition: form-data; name="note"\r
        \r
        一 two\r
        --not the boundary\r\r
        --b \r
        content-disposition: form-data; name=file; filename="a\\"b.csv"\r
        Content-Type: text/csv\r
        \r
        \r
        --b\r
        Content-Disposition: form-data; name="large"\r
        \r
        \(String(repeating: "x", count: 100))\r
        --b--\r
        ignored
        """

    private func collect(
        _ text: String,
        pieces size: Int = .max,
        limits: Limits = Limits(),
        type: String? = nil
    ) throws -> [Part] {
        var limits = limits
        limits.partInMemory = 50
        var collector = try BodyCollector.spool(
            contentType: type ?? "multipart/form-data; boundary=b",
            folder: "/tmp",
            limits: limits,
            budget: ByteBudget(.max)
        )
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(size))
            rest = rest.dropFirst(piece.count)
            try piece.withUnsafeBytes { try collector.append($0) }
        }
        guard case .complete(.parts(let parts)) = try collector.finish() else { return [] }
        return parts
    }

    private func text(_ part: Part) -> String {
        switch part.content {
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        case .file(let file): String(decoding: file.read() ?? [], as: UTF8.self)
        }
    }

    @Test(arguments: [1, 2, 3, 10, 64, Int.max])
    func `the parts of a form come out alike in pieces of any size`(_ size: Int) throws {
        let parts = try collect(form, pieces: size)

        #expect(parts.map(\.name) == ["note", "file", "large"])
        #expect(parts.map(\.filename) == [nil, "a\"b.csv", nil])
        #expect(parts.map(\.contentType) == [nil, "text/csv", nil])
        #expect(
            parts.map(text) == [
                "一 two\r\n--not the boundary\r", "", String(repeating: "x", count: 100),
            ]
        )
    }

    @Test func `a large part is in a file and a small one in memory`() throws {
        let parts = try collect(form)

        guard case .bytes = parts[0].content, case .file(let file) = parts[2].content else {
            Issue.record("parts are not where they belong")
            return
        }
        #expect(file.size == 100)
    }

    @Test(
        arguments: [
            ("no last boundary", "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b"),
            ("no name", "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"),
            ("no disposition", "--b\r\n\r\nx\r\n--b--"),
            ("text behind the boundary", "--b x\r\n\r\nx\r\n--b--"),
            ("bare LF", "--b\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b--"),
            ("folded header", "--b\r\nContent-Disposition: form-data;\r\n name=a\r\n\r\n\r\n--b--"),
            ("empty", ""),
        ])
    func `a malformed form is refused`(_ name: String, _ text: String) {
        for size in [1, Int.max] {
            let refusal = #expect(throws: Refusal.self, "\(name)") {
                try collect(text, pieces: size)
            }
            #expect(refusal?.status == .badRequest)
        }
    }

    @Test func `parts and their headers are limited`() {
        var limits = Limits()
        limits.parts = 2
        #expect(throws: Refusal.self) { try collect(form, limits: limits) }
        limits = Limits()
        limits.partHeader = 30
        let refusal = #expect(throws: Refusal.self) { try collect(form, limits: limits) }
        #expect(refusal?.status == .fieldsTooLarge)
    }

    @Test(
        arguments: [
            "multipart/form-data", "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\"a \"", "multipart/form-data; boundary=ä",
            "multipart/form-data; boundary=" + String(repeating: "b", count: 71),
        ])
    func `a boundary that is missing or invalid is refused`(_ type: String) {
        let refusal = #expect(throws: Refusal.self) { try collect(form, type: type) }
        #expect(refusal?.code == "bad_boundary")
    }

    @Test func `a folder that takes no files is a 507`() {
        let refusal = #expect(throws: Refusal.self) {
            _ = try BodyCollector.spool(
                contentType: nil,
                folder: "/does/not/exist",
                limits: Limits(),
                budget: ByteBudget(.max)
            )
        }
        #expect(refusal?.status == .insufficientStorage)
    }
}

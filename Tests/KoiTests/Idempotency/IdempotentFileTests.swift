import KoiJSON
import Testing

@testable import Koi
@testable import KoiHTTP

struct `A file with a key` {
    @Test(arguments: [true, false])
    func `is told from another by each of its bytes`(isPart: Bool) throws {
        let koi = try TestApp()
        let budget = ByteBudget(1 << 30)
        func send(_ middle: String) throws -> TestAnswer {
            let name = String(repeating: "a", count: 150_000)
            let text = "name,notes\n\(name),1\nB,\(middle)\n\(name),2\n"
            var writer = try SpoolWriter(folder: koi.folder.path + "/spool", budget: budget)
            let bytes = Array(text.utf8)
            try bytes.withUnsafeBytes { try writer.write($0) }
            let file = try writer.finish()
            let part = Part(name: "file", filename: "a.csv", contentType: "text/csv", content: .file(file))
            let type = isPart ? "multipart/form-data; boundary=x" : "text/csv"
            return TestAnswer(
                try koi.response(
                    .post,
                    "/v1/imports?resource=customers",
                    isPart ? .parts([part]) : .file(file),
                    fields: [("Idempotency-Key", "a"), ("Content-Type", type)]
                )
            )
        }
        let first = try send("one")
        #expect(first.status == .created, "\(first.text)")
        #expect(try send("one").bytes == first.bytes)
        #expect(try send("two").code == "idempotency_key_reused")
    }
}

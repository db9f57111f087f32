import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `An import` {
    private static let rows = "name,phone\n" + (0..<40).map { "Company \($0),\n" }.joined()

    @Test func `goes on behind its last stored row after Koi ended`() throws {
        let koi = try TestApp()
        try koi.upload(Self.rows)
        try koi.request(.put, "/v1/imports/1/execution")
        let first = try koi.worker(ImportJob.kind(batch: 7))
        _ = try first.pass()
        _ = try first.pass()
        #expect(try koi.customers().count == 14)
        #expect(try koi.request(.get, "/v1/imports/1")["state"] == "running")
        // Another worker is what another process has.
        try koi.worker(ImportJob.kind(batch: 7)).runDue()
        #expect(try koi.customers() == (0..<40).map { "Company \($0)" })
        #expect(try koi.request(.get, "/v1/imports/1")["counts"]["created"] == 40)
    }

    @Test func `is cancelled before its next row, and taken back`() throws {
        let koi = try TestApp()
        try koi.upload(Self.rows)
        try koi.request(.put, "/v1/imports/1/execution")
        let worker = try koi.worker(ImportJob.kind(batch: 7), ImportUndo.kind)
        _ = try worker.pass()
        #expect(try koi.request(.delete, "/v1/imports/1/effect").code == "nothing_to_undo")
        #expect(try koi.request(.delete, "/v1/imports/1/execution").status == .ok)
        try worker.runDue()
        #expect(try koi.request(.get, "/v1/imports/1")["state"] == "cancelled")
        #expect(try koi.customers().count == 7)
        #expect(try koi.request(.delete, "/v1/imports/1/execution").code == "not_running")
        #expect(try koi.request(.delete, "/v1/imports/1/effect").status == .accepted)
        try worker.runDue()
        #expect(try koi.request(.get, "/v1/customers").items == [])
    }

    @Test func `is taken back as far as nobody has changed its records since`() throws {
        let koi = try TestApp()
        try koi.request(
            .post,
            "/v1/fields",
            ["resource": "customers", "key": "colour", "kind": "text", "labelEn": "Colour", "labelZh": "颜色"]
        )
        for number in 1...2 {
            try koi.request(
                .post,
                "/v1/customers",
                ["name": .string("Old \(number)"), "email": .string("\(number)@a.cn"), "tags": ["x"], "region": "重庆"]
            )
        }
        let text =
            "name,email,tags,colour\nOne,1@a.cn,y,red\nTwo,2@a.cn,y,red\nThree,3@a.cn,,\nFour,4@a.cn,,\nOne!,1@a.cn,,\n"
        let done = try koi.take(text, ["mode": "createOrUpdate", "key": "email"])
        #expect(
            done["counts"] == ["rows": 5, "created": 2, "changed": 3, "unchanged": 0, "refused": 0],
            "\(done.text)"
        )
        try koi.request(.patch, "/v1/customers/2", ["region": "上海"])
        try koi.request(.patch, "/v1/customers/4", ["region": "上海"])
        #expect(try koi.request(.delete, "/v1/imports/1/effect").status == .accepted)
        try koi.worker(ImportUndo.kind).runDue()
        let undone = try koi.request(.get, "/v1/imports/1")
        #expect(undone["state"] == "undone")
        #expect(undone["undo"]["removed"] == 1)
        #expect(undone["undo"]["restored"] == 2)
        #expect(undone["undo"]["left"] == 2)
        #expect(
            undone["undo"]["records"] == [
                ["resource": "customers", "record": 4, "code": "changed_since"],
                ["resource": "customers", "record": 2, "code": "changed_since"],
            ]
        )
        let first = try koi.request(.get, "/v1/customers/1")
        #expect(first["name"] == "Old 1")
        #expect(first["tags"] == ["x"])
        #expect(first["custom"] == [:])
        #expect(try koi.request(.get, "/v1/customers/2")["name"] == "Two")
        #expect(try koi.request(.get, "/v1/customers/3").status == .notFound)
        #expect(try koi.request(.put, "/v1/customers/3/restoration").status == .ok)
        #expect(try koi.app.check() == [])
    }

    @Test func `needs the right to import, and what each record needs`() throws {
        let koi = try TestApp()
        let seller = try koi.person(["*": ["read": "own", "create": "own", "import": "all", "change": "own"]])
        let viewer = try koi.person(["*": ["read": "all", "create": "all", "change": "all"]])
        let body = Body.bytes(Array("name,owner\nAcme,\nBeta,1\n".utf8))
        let fields = [("Content-Type", "text/csv")]
        let target = "/v1/imports?resource=customers"
        #expect(try TestAnswer(koi.response(.post, target, body, key: viewer.key, fields: fields)).status == .forbidden)
        #expect(try TestAnswer(koi.response(.post, target, body, key: seller.key, fields: fields)).status == .created)
        #expect(try koi.request(.get, "/v1/imports/1", key: viewer.key).status == .notFound)
        #expect(try koi.request(.get, "/v1/imports", key: viewer.key).items == [])
        #expect(try koi.request(.get, "/v1/imports", key: seller.key).items.count == 1)
        #expect(try koi.request(.put, "/v1/imports/1/execution", key: seller.key).status == .accepted)
        try koi.worker(ImportJob.kind).runDue()
        let done = try koi.request(.get, "/v1/imports/1", key: seller.key)
        #expect(done["counts"]["created"] == 1)
        #expect(done["counts"]["refused"] == 1)
        #expect(try koi.request(.get, "/v1/customers/1")["owner"] == .integer(seller.id))
        for path in ["/v1/imports/1/errors", "/v1/imports/1"] {
            #expect(try koi.request(.get, path, key: viewer.key).status == .notFound)
        }
        #expect(try koi.request(.delete, "/v1/imports/1/effect", key: viewer.key).status == .notFound)
    }

    @Test func `ends where the right was taken away meanwhile`() throws {
        let koi = try TestApp()
        try koi.upload(Self.rows)
        try koi.request(.put, "/v1/imports/1/execution")
        let worker = try koi.worker(ImportJob.kind(batch: 7))
        _ = try worker.pass()
        _ = try koi.app.perform { try $0.connection.run(#"UPDATE keys SET "removedAt" = 1"#) }
        try worker.runDue()
        #expect(try koi.app.perform { try ImportStore($0.connection).find(1)?.state } == .failed)
        #expect(try koi.customers().count == 7)
    }

    @Test func `forgets its file after some days, and when one of its people is erased`() throws {
        let koi = try TestApp()
        try koi.take("name,phone\nAcme,x\nBeta,\n")
        try koi.upload("name,phone\nGamma,\n")
        #expect(try koi.folder.names(in: "imports").count == 2)
        #expect(try koi.request(.post, "/v1/customers/1/erasure").status.code < 300)
        #expect(try koi.folder.names(in: "imports") == [])
        let emptied = try koi.request(.get, "/v1/imports/2")
        #expect(emptied["hasFile"] == false)
        #expect(!emptied.text.contains("Gamma"))
        #expect(try koi.request(.get, "/v1/imports/1/errors").code == "file_gone")
        #expect(try koi.request(.put, "/v1/imports/2/execution").code == "file_gone")
        try koi.upload("name\nDelta\n")
        let worker = try koi.worker(ImportTrimming.kind)
        koi.clock.advance(by: .seconds(8 * 86_400))
        try worker.runDue()
        #expect(try koi.folder.names(in: "imports") == [])
    }
}

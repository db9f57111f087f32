import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

/// Rows of which there may be a record that the sender does not see, or that are twice in the file.
struct `Rows that may be there already` {
    private let koi: TestApp
    private let seller: TestApp.Person

    init() throws {
        koi = try TestApp()
        seller = try koi.person(["*": ["read": "own", "create": "own", "import": "all", "change": "own"]])
    }

    /// Twice as many as may be told of within a minute, all of them there and none to be seen by the seller.
    private func hide() throws -> String {
        var file = "name,phone\n"
        for number in 0..<ListQuery.probes * 2 {
            let phone = "1380013\(8000 + number)"
            try koi.make("customers", ["name": .string("C\(number)"), "phone": .string(phone)])
            file += "D\(number),\(phone)\n"
        }
        return file
    }

    private func upload(_ file: String) throws -> TestAnswer {
        TestAnswer(
            try koi.response(
                .post,
                "/v1/imports?resource=customers",
                .bytes(Array(file.utf8)),
                key: seller.key,
                fields: [("Content-Type", "text/csv")]
            )
        )
    }

    private func begin() throws {
        #expect(try koi.request(.put, "/v1/imports/1/execution", key: seller.key).status == .accepted)
    }

    private func found() throws -> TestAnswer { try koi.request(.get, "/v1/imports/1", key: seller.key) }

    @Test func `are all refused, however many, and none is asked of by the preview`() throws {
        let made = try upload(try hide())
        #expect(made["preview"]["problems"] == [])
        // What others ask is none the less for it.
        let another: JSONValue = ["name": "D0", "phone": "13800138000"]
        #expect(try koi.request(.post, "/v1/customers", another, key: seller.key).status == .conflict)
        try begin()
        let worker = try koi.worker(ImportJob.kind)
        try worker.runDue()
        #expect(try found()["counts"]["refused"] == .integer(Int64(ListQuery.probes)))
        #expect(try found()["state"] == "running")
        koi.clock.advance(by: .seconds(61))
        try worker.runDue()
        #expect(try found()["counts"] == ["rows": 60, "created": 0, "changed": 0, "unchanged": 0, "refused": 60])
        #expect(try found()["state"] == "done")
        #expect(
            try koi.request(.get, "/v1/imports/1/errors", key: seller.key).text.split(separator: "\r\n").count == 61
        )
        #expect(try koi.customers().count == 60)
    }

    @Test func `are asked of once by a dry run and what follows it`() throws {
        _ = try upload(try hide())
        try koi.request(.patch, "/v1/imports/1", ["dryRun": true], key: seller.key)
        try begin()
        let worker = try koi.worker(ImportJob.kind)
        try worker.runDue()
        koi.clock.advance(by: .seconds(61))
        try worker.runDue()
        #expect(try found()["counts"]["refused"] == 60)
        koi.clock.advance(by: .seconds(61))
        try koi.request(.patch, "/v1/imports/1", ["dryRun": false], key: seller.key)
        try begin()
        try worker.runDue()
        #expect(try found()["state"] == "done")
        #expect(try found()["counts"]["refused"] == 60)
    }

    @Test func `that wait for the next minute can be cancelled at once`() throws {
        _ = try upload(try hide())
        try begin()
        let worker = try koi.worker(ImportJob.kind)
        try worker.runDue()
        #expect(try koi.request(.delete, "/v1/imports/1/execution", key: seller.key).status.code < 300)
        try worker.runDue()
        #expect(try found()["state"] == "cancelled")
    }

    @Test(arguments: ["name,phone\nAcme,13800138000\nOther,+86 138 0013 8000\nThird,13900139000\n"])
    func `are seen within the file by preview and dry run`(file: String) throws {
        let problem = try #require(try koi.upload(file)["preview"]["problems"].arrayValue?.first)
        #expect(problem["code"] == "possible_duplicate")
        #expect(problem["line"] == 3)
        // A row at a time, as after a crash at each.
        try koi.request(.patch, "/v1/imports/1", ["dryRun": true])
        try koi.request(.put, "/v1/imports/1/execution")
        try koi.worker(ImportJob.kind(batch: 1)).runDue()
        let checked = try koi.request(.get, "/v1/imports/1")
        #expect(checked["counts"] == ["rows": 3, "created": 2, "changed": 0, "unchanged": 0, "refused": 1])
        #expect(try koi.request(.get, "/v1/imports/1/errors").text.contains("line 2"))
        #expect(try koi.customers() == [])
        // Another dry run begins anew, and what is really taken in comes to the same.
        #expect(try koi.execute(1, ["dryRun": true])["counts"] == checked["counts"])
        try koi.worker(ImportTrimming.kind).runDue()
        koi.clock.advance(by: .seconds(86_400))
        try koi.worker(ImportTrimming.kind).runDue()
        let left = try koi.app.perform { try $0.connection.first("SELECT count(*) FROM import_marks") { $0.int(0) } }
        #expect(left == 0)
        #expect(try koi.execute(1, ["dryRun": false])["counts"] == checked["counts"])
    }

    @Test func `by a key within the file change what an earlier row makes`() throws {
        let file = "name,email,erp\nAcme,a@b.cn,1\nAcme Ltd,A@b.cn,1\nOther,c@b.cn,1\n"
        try koi.upload(file)
        let settings: JSONValue = [
            "mode": "createOrUpdate", "key": "email", "mapping": ["name", "email", "externalIds.erp"],
        ]
        try koi.request(.patch, "/v1/imports/1", settings)
        let checked = try koi.execute(1, ["dryRun": true])["counts"]
        #expect(checked == ["rows": 3, "created": 1, "changed": 1, "unchanged": 0, "refused": 1])
        #expect(try koi.execute(1, ["dryRun": false])["counts"] == checked)
    }

    @Test func `are let through where they are allowed, and where nothing refuses`() throws {
        let file = "name,phone\nAcme,13800138000\nOther,+86 138 0013 8000\n"
        try koi.upload(file)
        #expect(try koi.execute(1, ["dryRun": true, "allowDuplicate": true])["counts"]["created"] == 2)
        try koi.request(.patch, "/v1/settings", ["duplicates": "off"])
        #expect(try koi.execute(1, ["dryRun": true, "allowDuplicate": false])["counts"]["created"] == 2)
    }
}

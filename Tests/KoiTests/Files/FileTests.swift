import Foundation
import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A sent file` {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]

    private func send(
        _ koi: TestApp,
        _ bytes: [UInt8],
        name: String = "photo.png",
        type: String = "text/html"
    ) throws -> TestAnswer {
        try koi.send(.post, "/v1/files?name=" + PercentEncoding.encoded(name), bytes, type: type)
    }

    private func attached(_ desk: TicketDesk, _ bytes: [UInt8], name: String = "photo.png") throws -> (Int64, Int64) {
        let ticket = try desk.ticket()
        let file = try #require(try send(desk.koi, bytes, name: name)["id"].integerValue)
        let said = try desk.say(ticket, "incoming", "照片", ["attachments": [["file": .integer(file)]]])
        try #require(said.status == .created, "\(said.text)")
        return (ticket, file)
    }

    @Test func `is what its content says, whatever its sender says`() throws {
        let koi = try TestApp()

        let sent = try send(koi, `A sent file`.png, name: "../../etc/\u{202E}page.html")

        #expect(sent.status == .created, "\(sent.text)")
        #expect(sent["type"] == "image/png")
        #expect(sent["name"] == "page.html")
        #expect(sent["size"] == 12)
        let hash = try #require(sent["sha256"].stringValue)
        #expect(try koi.bytes(of: "files/\(hash.prefix(2))/\(hash)") == `A sent file`.png)
    }

    @Test(arguments: [
        ("<html><script>alert(1)</script>", FileType.bytes), ("<svg xmlns=\"http://www.w3.org/2000/svg\">", .bytes),
        ("水泵漏水\n", .text), ("GIF89a<script>", .gif), ("%PDF-1.7", .pdf), ("\u{0}\u{1}", .bytes),
        (" \n <!doctype html>", .bytes), ("RIFF....WEBP", .webp), ("", .bytes),
    ])
    func `has a type that no browser runs`(content: String, type: FileType) {
        #expect(FileType(of: Array(content.utf8)) == type)
    }

    @Test func `that is cut within a character is text all the same`() {
        #expect(FileType(of: Array(String(repeating: "水", count: 2_000).utf8)) == .text)
        #expect(FileType(of: [0xE6, 0xB0]) == .bytes)
    }

    @Test func `goes to who reads the ticket, to be kept and not shown`() throws {
        let desk = try TicketDesk()
        let (ticket, file) = try attached(desk, `A sent file`.png, name: "漏水.png")
        let path = "/v1/tickets/\(ticket)/files/\(file)"

        let got = try desk.koi.request(.get, path)

        #expect(got.status == .ok)
        #expect(got.fields["Content-Type"] == "image/png")
        #expect(
            got.fields["Content-Disposition"]
                == "attachment; filename=\"file\"; filename*=UTF-8''%E6%BC%8F%E6%B0%B4.png"
        )
        #expect(got.fields["X-Content-Type-Options"] == "nosniff")
        let seller = try desk.koi.keyOfUser(role: Role.salesID)
        #expect(try desk.koi.request(.get, path, key: seller).status == .notFound)
        let other = try desk.ticket()
        #expect(try desk.koi.request(.get, "/v1/tickets/\(other)/files/\(file)").status == .notFound)
        let shown = try desk.koi.request(.get, "/v1/tickets/\(ticket)/messages").items.first?["attachments"].arrayValue
        #expect(shown?.first?["name"] == "漏水.png")
    }

    @Test func `goes with one message, and by whoever sent it`() throws {
        let desk = try TicketDesk()
        let (ticket, file) = try attached(desk, `A sent file`.png)
        let again = try desk.say(ticket, "note", "x", ["attachments": [["file": .integer(file)]]])
        #expect(again.refused == ["attachments[0].file not_found"])
        let loose = try #require(try send(desk.koi, `A sent file`.png)["id"].integerValue)
        let manager = try desk.koi.keyOfUser(role: Role.managerID)
        #expect(try desk.koi.request(.get, "/v1/files/\(loose)", key: manager).status == .notFound)
        #expect(try desk.koi.request(.get, "/v1/files/\(loose)").status == .ok)
    }

    @Test func `is refused where it is empty or too large, or by who changes no ticket`() throws {
        let koi = try TestApp()
        #expect(try send(koi, []).code == "empty_file")
        let large = [UInt8](repeating: 0x41, count: Files.maximumSize + 1)
        #expect(try send(koi, large).status == .contentTooLarge)
        #expect(try koi.send(.post, "/v1/files?nam=x", `A sent file`.png).status == .badRequest)
        let viewer = try koi.keyOfUser(role: Role.viewerID)
        let refused = try koi.response(
            .post,
            "/v1/files?name=x",
            .bytes(`A sent file`.png),
            key: viewer,
            fields: [("Content-Type", "image/png")]
        )
        #expect(refused.status == .forbidden)
    }

    @Test func `lies there once for all that are the same, and goes a day after nobody took it`() throws {
        let desk = try TicketDesk()
        let (_, file) = try attached(desk, `A sent file`.png)
        let same = try send(desk.koi, `A sent file`.png)
        let other = try send(desk.koi, Array("loose".utf8))
        let hash = try #require(other["sha256"].stringValue)
        let path = "files/\(hash.prefix(2))"
        #expect(try desk.koi.folder.names(in: path) == [hash])
        let worker = try desk.koi.worker(FileTrimming.daily)
        // Contents are as old as the machine's clock says.
        desk.koi.clock.advance(by: .seconds(86_400 * 36_500))

        try worker.runDue()

        #expect(try desk.koi.folder.names(in: path) == [])
        #expect(try desk.koi.request(.get, "/v1/files/\(same["id"].integerValue ?? 0)").status == .notFound)
        #expect(try desk.koi.request(.get, "/v1/files/\(file)").status == .ok)
        #expect(try desk.koi.app.check() == [])
    }

    @Test func `goes with the person who is erased`() throws {
        let desk = try TicketDesk()
        let (ticket, _) = try attached(desk, Array("李明的身份证".utf8))
        let told = try desk.koi.request(.get, "/v1/contacts/\(desk.contact)/subject-export")
        #expect(told.text.contains("photo.png"))

        #expect(try desk.koi.request(.post, "/v1/contacts/\(desk.contact)/erasure").status.code < 300)
        desk.koi.clock.advance(by: .seconds(86_400 * 36_500))
        try desk.koi.worker(FileTrimming.sweep, ErasureJob.kind).runDue()

        let said = try desk.koi.request(.get, "/v1/tickets/\(ticket)/messages").items
        #expect(said.first?["attachments"] == [])
        let hash = Digest.hex(Digest.sha256(Array("李明的身份证".utf8)))
        #expect(try desk.koi.folder.names(in: "files/\(hash.prefix(2))") == [])
    }

    @Test func `that is gone or was changed is told by the check, and comes back with a backup`() throws {
        let desk = try TicketDesk()
        _ = try attached(desk, `A sent file`.png)
        let hash = Digest.hex(Digest.sha256(`A sent file`.png))
        let path = "files/\(hash.prefix(2))/\(hash)"
        let backup = try desk.koi.request(.post, "/v1/backups")
        #expect(backup["files"]["count"] == 1, "\(backup.text)")
        #expect(desk.koi.folder.contains("backups/2026-11-22T09-00-00Z/" + path))

        try FileManager.default.removeItem(atPath: desk.koi.folder.path + "/" + path)
        #expect(try desk.koi.app.check() == ["the file \(hash) is missing"])
        try desk.koi.write("changed", to: path)
        #expect(try desk.koi.app.check() == ["the file \(hash) is not what it was"])
    }
}

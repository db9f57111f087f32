import Foundation
import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

@Suite struct BackupRestoreTests {
    private static let aside = "replaced-2026-11-22T09-00-00Z"

    /// A closed folder with a backup of one customer and one file, and with another of each added later.
    private func closedFolder() throws -> (koi: TestApp, backup: String) {
        let koi = try TestApp()
        try koi.addCustomer("kept")
        try koi.write("kept", to: "files/ab/kept")
        let name = try koi.request(.post, "/v1/backups")["name"].stringValue ?? ""
        try koi.addCustomer("later")
        try koi.write("later", to: "files/ab/later")
        koi.close()
        return (koi, name)
    }

    @Test(arguments: ["2026-01-01T00-00-00Z", "/nowhere/backup"])
    func `a restore of a backup that is not there says so and touches nothing`(
        backup: String
    ) throws {
        let (koi, _) = try closedFolder()
        #expect(throws: MissingBackup.self) {
            try Restore.run(backup, into: koi.app.folder, now: koi.clock.now)
        }
        #expect(koi.text(of: "files/ab/later") == "later")
    }

    @Test func `a restore brings back data and files and lays the present ones aside`() throws {
        let (koi, backup) = try closedFolder()
        let report = try Restore.run(backup, into: koi.app.folder, now: koi.clock.now)
        #expect(report.replaced == koi.folder.path + "/" + Self.aside)
        #expect(koi.text(of: "files/ab/kept") == "kept")
        #expect(koi.text(of: "files/ab/later") == nil)
        #expect(koi.text(of: Self.aside + "/files/ab/later") == "later")
        #expect(try Backup.verify(koi.folder.path + "/" + Self.aside + "/koi.db") == [])
        #expect(!koi.folder.contains("restore-2026-11-22T09-00-00Z"))
        let restored = try TestApp(in: koi.folder, clock: koi.clock)
        #expect(try restored.customers() == ["kept"])
        // The backup can be restored again.
        restored.close()
        koi.clock.advance(by: .seconds(1))
        _ = try Restore.run(backup, into: koi.app.folder, now: koi.clock.now)
        #expect(try Check.run(koi.app.folder) == [])
    }

    @Test func `what was seen of the log before a restore is of another log after it`() throws {
        let (koi, backup) = try closedFolder()
        let seen = try #require(koi.position(1).stringValue)
        _ = try Restore.run(backup, into: koi.app.folder, now: koi.clock.now)

        let restored = try TestApp(in: koi.folder, clock: koi.clock, seed: 2)

        #expect(restored.app.catalog.log != koi.app.catalog.log)
        #expect(try restored.request(.get, "/v1/changes?after=\(seen)").code == "other_log")
        #expect(try restored.request(.get, "/v1/changes?after=1").status == .ok)
        let hook = try HookDesk(restored)
        let made = try hook.hook()
        try restored.addCustomer("Acme")
        let ids = try hook.send().compactMap { $0.fields["webhook-id"] }
        #expect(ids.count == 1 && ids.allSatisfy { $0.hasPrefix("msg_\(restored.app.catalog.log)_\(made.id)_") })
        // It stays the same from then on.
        restored.close()
        #expect(try TestApp(in: koi.folder, clock: koi.clock, seed: 3).app.catalog.log == restored.app.catalog.log)
    }

    @Test func `a backup is restored into an empty folder`() throws {
        let (koi, backup) = try closedFolder()
        let empty = try TemporaryFolder()
        let folder = DataFolder(empty.path + "/new")
        let report = try Restore.run(
            koi.folder.path + "/backups/" + backup,
            into: folder,
            now: koi.clock.now
        )
        #expect(report.replaced == nil)
        #expect(try Check.run(folder) == [])
        #expect(
            try empty.names(in: "new") == [
                "backups", "events.head", "exports", "files", "imports", "koi.db", "koi.lock", "spool",
            ]
        )
    }

    @Test func `a second restore within a second lays the present data aside, too`() throws {
        let (koi, backup) = try closedFolder()
        _ = try Restore.run(backup, into: koi.app.folder, now: koi.clock.now)
        let between = try TestApp(in: koi.folder, clock: koi.clock)
        try between.addCustomer("between")
        between.close()
        let second = try Restore.run(backup, into: koi.app.folder, now: koi.clock.now)
        let aside = try #require(second.replaced)
        #expect(aside != koi.folder.path + "/" + Self.aside)
        let database = try Connection(path: aside + "/koi.db", mode: .readOnly)
        #expect(
            try database.rows("SELECT name FROM customers") { $0.text(0) } == ["kept", "between"]
        )
    }

    @Test func `a restore is refused while Koi runs`() throws {
        let (koi, backup) = try closedFolder()
        let lock = try FolderLock(folder: koi.folder.path)
        #expect(throws: FolderLockError.self) {
            try Restore.run(backup, into: koi.app.folder, now: koi.clock.now)
        }
        #expect(throws: FolderLockError.self) { try Check.run(koi.app.folder) }
        lock.release()
        #expect(try TestApp(in: koi.folder).customers() == ["kept", "later"])
    }

    enum Damage: CaseIterable {
        case database, shortened, file, manifest, head
    }

    @Test(arguments: Damage.allCases)
    func `a damaged backup is refused before anything is touched`(_ damage: Damage) throws {
        let (koi, backup) = try closedFolder()
        let folder = URL(filePath: koi.folder.path).appending(path: "backups/" + backup)
        switch damage {
        case .database: try change(folder.appending(path: "koi.db")) { $0[20_000] ^= 1 }
        case .shortened: try change(folder.appending(path: "koi.db")) { $0.removeLast() }
        case .file: try change(folder.appending(path: "files/ab/kept")) { $0.append(1) }
        case .manifest: try change(folder.appending(path: "manifest.json")) { $0.removeLast() }
        case .head:
            try change(folder.appending(path: "manifest.json")) { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                    .replacing(#""sequence":3"#, with: #""sequence":4"#)
                bytes = Array(text.utf8)
            }
        }
        #expect(throws: DamagedBackup.self) {
            try Restore.run(backup, into: koi.app.folder, now: koi.clock.now)
        }
        #expect(try TestApp(in: koi.folder).customers() == ["kept", "later"])
        #expect(!koi.folder.contains(Self.aside))
    }

    private func change(_ file: URL, _ edit: (inout [UInt8]) -> Void) throws {
        var bytes = try [UInt8](Data(contentsOf: file))
        edit(&bytes)
        // Another file of this name, as the old one may have further names.
        try Data(bytes).write(to: file, options: .atomic)
    }

    /// Up to which step a restore came before the machine lost power.
    @Test(arguments: 0...5)
    func `a restore that was cut off is completed at the next start`(_ steps: Int) throws {
        let (koi, backup) = try closedFolder()
        let root = koi.folder.path
        let (source, aside) = (root + "/restore-2026-11-22T09-00-00Z", root + "/" + Self.aside)
        try FileManager.default.copyItem(atPath: root + "/backups/" + backup, toPath: source)
        try FileManager.default.createDirectory(
            atPath: root + "/.restore-other",
            withIntermediateDirectories: true
        )
        let moves = [
            (root + "/files", aside + "/files"), (source + "/files", root + "/files"),
            (root + "/koi.db", aside + "/koi.db"), (source + "/koi.db", root + "/koi.db"),
        ]
        if steps > 0 {
            try FileManager.default.createDirectory(
                atPath: aside,
                withIntermediateDirectories: false
            )
        }
        for (from, to) in moves.prefix(max(steps - 1, 0)) { try FileTree.move(from, to: to) }
        // What each start does first.
        try koi.app.folder.create()

        try Restore.finishInterrupted(in: koi.app.folder)
        #expect(koi.text(of: "files/ab/kept") == "kept")
        #expect(koi.text(of: "files/ab/later") == nil)
        #expect(koi.text(of: Self.aside + "/files/ab/later") == "later")
        #expect(try koi.folder.names().filter { $0.contains("restore-") } == [])
        #expect(try TestApp(in: koi.folder, clock: koi.clock).customers() == ["kept"])
    }
}

import Foundation
import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A secret` {
    private let folder: TemporaryFolder
    private let data: DataFolder

    init() throws {
        folder = try TemporaryFolder()
        data = DataFolder(folder.path)
    }

    private func box(_ seed: UInt64 = 1) -> SecretBox {
        SecretBox(data, randomness: HeldRandomness(seed: seed).randomness)
    }

    @Test(arguments: ["", "p", "口令🔑", String(repeating: "长", count: 99)])
    func `comes back as it was sealed, also after a restart`(text: String) throws {
        let sealed = try box().seal(Array(text.utf8), at: "settings/mail")
        let opened = try box(2).open(sealed, at: "settings/mail")
        #expect(String(decoding: opened, as: UTF8.self) == text)
        #expect(sealed.count == text.utf8.count + 29)
    }

    @Test func `is sealed anew each time and shows nothing of itself`() throws {
        let box = box()
        let secret = Array("correct horse".utf8)
        let first = try box.seal(secret, at: "a")
        #expect(try box.seal(secret, at: "a") != first)
        #expect(!String(decoding: first, as: UTF8.self).contains("horse"))
    }

    @Test func `cannot be moved to another place or altered in any bit`() throws {
        let box = box()
        let sealed = try box.seal([1, 2, 3], at: "webhooks/1")
        #expect(refusal { try box.open(sealed, at: "webhooks/2") } == "secret_unreadable")
        for place in sealed.indices {
            var altered = sealed
            altered[place] ^= 1
            #expect(refusal { try box.open(altered, at: "webhooks/1") } == "secret_unreadable")
        }
        for length in 0..<sealed.count {
            #expect(refusal { try box.open(Array(sealed.prefix(length)), at: "webhooks/1") } == "secret_unreadable")
        }
    }

    @Test func `has its key in a file for the owner alone, made at first use`() throws {
        let box = box()
        #expect(!folder.contains("koi.key"))
        _ = try box.seal([1], at: "a")
        let attributes = try FileManager.default.attributesOfItem(atPath: data.secretKey)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(attributes[.size] as? Int == 32)
        #expect(try folder.names() == ["koi.key"])
    }

    @Test func `says to enter it again where its key is lost, and a new key serves for new secrets`() throws {
        let sealed = try box().seal([7], at: "a")
        try FileManager.default.removeItem(atPath: data.secretKey)
        let other = box(2)
        #expect(refusal { try other.open(sealed, at: "a") } == "secret_unreadable")
        #expect(!folder.contains("koi.key"))
        let again = try other.seal([8], at: "a")
        #expect(try other.open(again, at: "a") == [8])
        #expect(refusal { try other.open(sealed, at: "a") } == "secret_unreadable")
    }

    @Test(arguments: [0, 31, 33, 5_000])
    func `never overwrites a key file that is none`(length: Int) throws {
        let broken = Data(repeating: 65, count: length)
        try broken.write(to: URL(filePath: data.secretKey))
        #expect(refusal { try box().seal([1], at: "a") } == "key_unusable")
        #expect(refusal { try box().open([UInt8](repeating: 1, count: 40), at: "a") } == "secret_unreadable")
        #expect(try Data(contentsOf: URL(filePath: data.secretKey)) == broken)
    }

    @Test func `is in no backup, and its key survives a restore`() throws {
        let koi = try TestApp()
        let sealed = try koi.app.secrets.seal([9], at: "a")
        let made = try koi.request(.post, "/v1/backups")
        #expect(made.status == .created)
        let name = try #require(made["name"].stringValue)
        #expect(try koi.folder.names(in: "backups/" + name) == ["files", "koi.db", "manifest.json"])
        koi.close()
        _ = try Restore.run(name, into: DataFolder(koi.folder.path), now: koi.clock.now)
        let again = try TestApp(in: koi.folder)
        #expect(try again.app.secrets.open(sealed, at: "a") == [9])
    }

    /// The code of the problem that some work throws.
    private func refusal(_ work: () throws -> [UInt8]) -> String? {
        do {
            _ = try work()
            return nil
        } catch {
            return (error as? Problem)?.code
        }
    }
}

import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A password` {
    /// RFC 7914 §12.
    @Test func `is hashed as scrypt has it`() throws {
        let hash = try PasswordHash(
            of: "pleaseletmein",
            salt: Array("SodiumChloride".utf8),
            cost: PasswordCost(n: 16_384, r: 8, p: 1)
        )
        #expect(Digest.hex(hash.bytes) == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2")
    }

    @Test func `is itself however its letters were typed`() throws {
        let hash = try PasswordHash(of: "caf\u{E9} au lait", salt: [1], cost: .test)
        #expect(try hash.matches("cafe\u{301} au lait"))
        #expect(try !hash.matches("cafe au lait"))
    }

    @Test func `of the shipped cost fits into the memory that scrypt may take`() throws {
        #expect(throws: Never.self) { try PasswordHash(of: "a", salt: [1], cost: .standard) }
    }

    @Test(arguments: [
        ("kurz", "too_short"), ("ninechars", "too_short"), (String(repeating: "ab c", count: 251), "too_long"),
        ("password123", "too_easy"), ("PASSWORD123", "too_easy"), ("aaaaaaaaaaaa", "too_easy"),
        ("ababababababab", "too_easy"), ("1234567890", "too_easy"), ("zyxwvutsrq", "too_easy"),
        ("wang.fang@example.com", "like_name"), ("Wang.Fang2026!", "like_name"), ("王芳王芳王芳王芳王芳", "too_easy"),
        ("WangFang@Example.COM", "like_name"),
    ])
    func `that is easily guessed is refused with a reason`(password: String, code: String) throws {
        let problem = #expect(throws: Problem.self) {
            try PasswordRules.check(password, field: "password", owner: ["王芳", "wang.fang@example.com", nil])
        }
        #expect(problem?.issues.map(\.code) == [code])
        #expect(problem?.issues.map(\.field) == ["password"])
    }

    @Test(arguments: ["correct horse battery", "四条锦鲤在池中游泳呢", "qwertyui 7 elephants", "1234567890 koi pond"])
    func `of several words is taken`(password: String) {
        #expect(throws: Never.self) {
            try PasswordRules.check(password, field: "password", owner: ["王芳", "wang@example.com"])
        }
    }

    @Test func `is hashed anew at the next sign-in once the cost was raised`() throws {
        let koi = try TestApp()
        let user = try koi.addUser(cost: PasswordCost(n: 32, r: 1, p: 1))
        #expect(try koi.signIn().status == .created)
        let stored = try koi.app.perform { try CredentialStore($0.connection).find(user) }
        #expect(stored?.cost == .test)
        #expect(try koi.signIn().status == .created)
    }
}

import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

@Suite struct DemoCompanyTests {
    private func company(_ size: Int, seed: UInt64 = 1) throws -> TestApp {
        let koi = try TestApp()
        let day = try #require(CalendarDate(DemoCompany.lastDay))
        try DemoCompany(size: size, seed: seed, end: day).found(in: koi.app)
        return koi
    }

    private func rows(_ sql: String, in koi: TestApp) throws -> [[SQLValue]] {
        try koi.app.perform { transaction in
            try transaction.connection.rows(sql) { row in
                (0..<row.count).map { row.value($0) }
            }
        }
    }

    private func number(_ sql: String, in koi: TestApp) throws -> Int64 {
        try koi.app.perform { try $0.connection.first(sql) { $0.int(0) } ?? 0 }
    }

    @Test(arguments: ["customers", "contacts", "contact_customers", "fields", "views"])
    func `the same seed makes the same company`(table: String) throws {
        let first = try company(120)
        let second = try company(120)
        let sql = "SELECT * FROM \(table) ORDER BY 1, 2"
        #expect(try rows(sql, in: first) == rows(sql, in: second))
        #expect(try !rows(sql, in: first).isEmpty)
    }

    @Test func `another seed makes another company`() throws {
        let sql = "SELECT name FROM customers ORDER BY id"
        #expect(try rows(sql, in: company(20)) != rows(sql, in: company(20, seed: 2)))
    }

    @Test func `it has as many customers as asked for, over several groups`() throws {
        let koi = try company(1_001)
        #expect(try number("SELECT count(*) FROM customers", in: koi) == 1_001)
        let contacts = try number("SELECT count(*) FROM contacts", in: koi)
        #expect((700...1_101).contains(contacts))
        #expect(try number("SELECT count(*) FROM users", in: koi) == 12 + 1)
    }

    @Test func `no two customers of a small company share a name`() throws {
        let koi = try company(600)
        #expect(try number("SELECT count(DISTINCT name) FROM customers", in: koi) == 600)
    }

    @Test func `nothing in it lies after its last day`() throws {
        let koi = try company(200)
        let sql = "SELECT count(*) FROM customers WHERE \"createdAt\" >= ?"
        let end = try #require(Timestamp.read("2026-10-31T00:00:00Z"))
        let late = try koi.app.perform {
            try $0.connection.first(sql, [.integer(end)]) { $0.int(0) }
        }
        #expect(late == 0)
    }

    @Test func `times go forward in the event log`() throws {
        let koi = try company(150)
        let backward = """
            SELECT count(*) FROM events AS e JOIN events AS before ON before.sequence = e.sequence - 1
            WHERE e.at < before.at AND before.record > 0 AND before.type <> 'key.created'
            AND before.resource IN ('customers', 'contacts')
            """
        #expect(try number(backward, in: koi) == 0)
    }

    @Test func `believable shares of companies, tiers and owners`() throws {
        let koi = try company(1_000)
        func share(_ condition: String) throws -> Int64 {
            try number("SELECT count(*) FROM customers WHERE \(condition)", in: koi) / 10
        }
        #expect((70...86).contains(try share("kind = 'company'")))
        #expect((3...9).contains(try share("tier = 'vip'")))
        #expect((92...99).contains(try share("owner IS NOT NULL")))
        #expect((45...70).contains(try share("name LIKE '%有限公司'")))
        #expect(try share("phone LIKE '+86 %'") > 60)
    }

    @Test func `every e-mail address is at a domain kept for examples`() throws {
        let koi = try company(300)
        let others = """
            SELECT count(*) FROM customers
            WHERE email NOT LIKE '%example.com' AND email NOT LIKE '%example.org'
            """
        #expect(try number(others, in: koi) == 0)
    }

    @Test func `no number can be one of China's`() throws {
        let koi = try company(300)
        // Behind an area code of two or three digits comes a 0, or the number is a mobile one that begins with 12.
        let real = """
            SELECT count(*) FROM customers WHERE phone LIKE '+86 %' AND phone NOT LIKE '+86 12_ %'
            AND phone NOT LIKE '+86 __ 0%' AND phone NOT LIKE '+86 ___ 0%'
            """
        #expect(try number(real, in: koi) == 0)
    }

    @Test func `its people work in teams, with every role that Koi brings along`() throws {
        let koi = try company(20)
        let roles = "SELECT count(DISTINCT role) FROM users WHERE email LIKE '%@demo.example' AND active = 1"
        #expect(try number(roles, in: koi) == 5)
        #expect(try number("SELECT count(*) FROM teams WHERE parent IS NOT NULL AND lead IS NOT NULL", in: koi) == 2)
    }

    @Test func `customers belong to people who sell, in the team of their place`() throws {
        let koi = try company(300)
        let elsewhere = """
            SELECT count(*) FROM customers AS c JOIN users AS u ON u.id = c.owner
            WHERE u.active = 0 OR u.role NOT IN (2, 3)
            """
        #expect(try number(elsewhere, in: koi) == 0)
        let foreign = """
            SELECT count(*) FROM customers AS c JOIN users AS u ON u.id = c.owner JOIN teams AS t ON t.id = u.team
            WHERE (t.name = 'International') = (c.phone LIKE '+86 %')
            """
        #expect(try number(foreign, in: koi) == 0)
    }

    @Test func `all who work there sign in with its password, and nobody else does`() throws {
        let koi = try TestApp()
        let day = try #require(CalendarDate(DemoCompany.lastDay))
        let signIn = DemoSignIn(randomness: .system)
        try DemoCompany(size: 3, seed: 1, end: day).found(in: koi.app, signIn: signIn)
        func tryToSignIn(_ email: String, _ password: String) throws -> TestAnswer {
            let body: JSONValue = ["email": .string(email), "password": .string(password)]
            return try koi.request(.post, "/v1/sessions", body, key: "")
        }
        let answer = try tryToSignIn(signIn.email, signIn.password)
        #expect(answer.status == .created)
        #expect(answer["user"]["role"]["key"] == "administrator")
        #expect(try tryToSignIn("liu.yang@demo.example", signIn.password).status == .created)
        #expect(try tryToSignIn("sun.li@demo.example", signIn.password).status == .unauthorized)
        #expect(try tryToSignIn(signIn.email, "another password").status == .unauthorized)
    }

    @Test func `a folder with customers is refused`() throws {
        let koi = try company(3)
        let day = try #require(CalendarDate(DemoCompany.lastDay))
        let error = #expect(throws: Problem.self) {
            try DemoCompany(size: 3, seed: 1, end: day).found(in: koi.app)
        }
        #expect(error?.code == "has_customers")
    }
}

import Foundation
import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `A search` {
    private func find(_ koi: TestApp, _ words: String, _ more: String = "") throws -> TestAnswer {
        let q = words.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return try koi.request(.get, "/v1/customers?q=\(q)\(more)")
    }

    @Test(arguments: [
        ("重庆", "prefix", "name"), ("庆机", "word", "name"), ("chongqing", "prefix", "name"),
        ("cqjx", "prefix", "name"), ("jixie", "word", "name"), ("重庆机械", "exact", "name"),
        ("重慶機械", "exact", "name"), ("ＭüLLER", "exact", "shortName"), ("68681234", "word", "phone"),
        ("+86 23 6868 1234", "exact", "phone"), ("02368681234", "exact", "phone"), ("1234", "word", "phone"),
        ("li@mueller.de", "exact", "email"), ("mueller.de", "word", "email"),
    ])
    func `finds a customer in many ways and says how`(words: String, kind: String, field: String) throws {
        let koi = try TestApp()
        try koi.request(
            .post,
            "/v1/customers",
            [
                "name": "重庆机械", "shortName": "Müller", "phone": "+86 23 6868 1234",
                "email": "li@mueller.de",
            ]
        )
        try koi.request(.post, "/v1/customers", ["name": "上海电子", "phone": "+86 21 5555 0000"])
        let found = try find(koi, words)
        #expect(found.items.map { $0["id"] } == [1])
        let match = found.items.first?["match"] ?? .null
        #expect(match["kind"] == .string(kind))
        #expect(match["fields"].arrayValue?.contains(.string(field)) == true, "\(match)")
        #expect(found["partial"] == false)
    }

    @Test func `finds a number by its country code without a plus sign, once`() throws {
        let koi = try TestApp()
        for phone in ["+49 89 12345678", "498912345678", "089 12345678"] {
            try koi.make("customers", ["name": "A", "phone": .string(phone)])
        }
        let found = try find(koi, "498912345678")
        #expect(found.items.map { $0["match"]["kind"] } == ["exact", "exact", "exact"])
        #expect(Set(found.items.compactMap { $0["id"].integerValue }) == [1, 2, 3])
        #expect(found.items.count == 3)
    }

    @Test func `looks through a resource once, however often it is named`() throws {
        let koi = try TestApp.withCustomers()
        let found = try koi.request(.get, "/v1/search?q=acme&resources=customers,customers")
        #expect(found.items.count == 1)
    }

    @Test func `ranks exact before prefix before word, the newest first within each`() throws {
        let koi = try TestApp()
        for name in ["大江电子厂", "江电", "江电子", "江电", "江电力", "长江电气"] {
            try koi.request(.post, "/v1/customers", ["name": .string(name)])
        }
        let whole = try find(koi, "江电").items.compactMap { $0["id"].integerValue }
        #expect(whole == [4, 2, 5, 3, 6, 1])
        for limit in 1...6 {
            var paged: [Int64] = []
            var cursor = ""
            while paged.count < 12 {
                let page = try find(koi, "江电", "&limit=\(limit)\(cursor)")
                paged += page.items.compactMap { $0["id"].integerValue }
                guard let next = page["next"].stringValue else { break }
                cursor = "&cursor=" + next
            }
            #expect(paged == whole, "limit \(limit)")
        }
    }

    @Test func `ranks many candidates like few, page by page`() throws {
        let koi = try TestApp()
        let names = ["江电", "江电子", "大江电子"]
        let count = RecordSearch.fewCandidates * 2
        try koi.app.perform { transaction in
            let service = RecordService(Customer.resource, transaction)
            for number in 0..<count { _ = try service.add(["name": .string(names[number % 3])]) }
        }
        let expected = (0..<3).flatMap { kind in
            (0..<count).filter { $0 % 3 == kind }.reversed().map { Int64($0 + 1) }
        }
        var paged: [Int64] = []
        var cursor = ""
        while paged.count < count {
            let page = try find(koi, "江电", "&limit=37\(cursor)")
            paged += page.items.compactMap { $0["id"].integerValue }
            #expect(page["partial"] == false)
            guard let next = page["next"].stringValue else { break }
            cursor = "&cursor=" + next
        }
        #expect(paged == expected)
    }

    @Test func `follows changes, the bin and restoration at once`() throws {
        let koi = try TestApp()
        try koi.request(.post, "/v1/customers", ["name": "Alpha"])
        func count(_ words: String) throws -> Int { try find(koi, words).items.count }
        #expect(try count("alpha") == 1)
        try koi.request(.patch, "/v1/customers/1", ["name": "Beta"])
        #expect(try count("alpha") == 0)
        #expect(try count("beta") == 1)
        try koi.request(.delete, "/v1/customers/1")
        #expect(try count("beta") == 0)
        try koi.request(.put, "/v1/customers/1/restoration")
        #expect(try count("beta") == 1)
    }

    @Test func `is narrowed by filters, and to an owner within the index`() throws {
        let koi = try TestApp()
        _ = try koi.keyOfAnotherUser()
        for number in 1...6 {
            try koi.request(
                .post,
                "/v1/customers",
                [
                    "name": .string("江电 \(number)"), "owner": .integer(number % 2 == 0 ? 2 : 1),
                    "tier": number > 4 ? "vip" : "low",
                ]
            )
        }
        func ids(_ more: String) throws -> [Int64] {
            try find(koi, "江电", more).items.compactMap { $0["id"].integerValue }
        }
        #expect(try ids("&owner=2") == [6, 4, 2])
        #expect(try ids("&owner=1,2&tier=vip") == [6, 5])
        #expect(try ids("&owner=99") == [])
        #expect(try ids("&owner=-1") == [])
        #expect(try ids("&owner=-1,2") == [6, 4, 2])
        try koi.request(.patch, "/v1/customers/2", ["owner": 1])
        #expect(try ids("&owner=2") == [6, 4])
    }

    @Test func `reads a bounded number of candidates and says so`() throws {
        let koi = try TestApp()
        let count = RecordSearch.maximumCandidates + 10
        try koi.app.perform { transaction in
            let service = RecordService(Customer.resource, transaction)
            // All hold both pairs of 江电力 but only the oldest holds the word itself.
            _ = try service.add(["name": "华江电力"])
            for _ in 0..<count { _ = try service.add(["name": "华江电 华电力"]) }
        }
        let found = try find(koi, "江电力")
        #expect(found.items.isEmpty)
        #expect(found["partial"] == true)
    }

    @Test(arguments: ["\"", "name:x", "a AND (", "* OR NEAR(", "'; DROP TABLE customers; --", "😀", "-", "^"])
    func `takes whatever is typed as words`(words: String) throws {
        let koi = try TestApp()
        try koi.request(.post, "/v1/customers", ["name": "Acme"])
        #expect(try find(koi, words).status == .ok)
    }

    @Test func `goes across resources with the best matches first`() throws {
        let koi = try TestApp()
        try koi.request(.post, "/v1/customers", ["name": "李明商店"])
        koi.clock.advance(by: .seconds(1))
        try koi.request(.post, "/v1/contacts", ["name": "李明"])
        let found = try koi.request(.get, "/v1/search?q=liming")
        #expect(found.items.map { $0["resource"] } == ["contacts", "customers"])
        #expect(found.items.first?["record"]["name"] == "李明")
        #expect(found["partial"] == false)
        let contacts = try koi.request(.get, "/v1/search?q=liming&resources=contacts")
        #expect(contacts.items.count == 1)
        #expect(try koi.request(.get, "/v1/search").status == .badRequest)
        #expect(try koi.request(.get, "/v1/search?q=a&resources=users").status == .badRequest)
    }

    @Test func `shows nothing that the actor may not see`() throws {
        let koi = try TestApp()
        _ = try koi.keyOfAnotherUser()
        for owner in [1, 2, 1] {
            try koi.request(
                .post,
                "/v1/customers",
                ["name": "江电", "owner": .integer(Int64(owner))]
            )
        }
        let own = Resource(
            "customers",
            singular: "customer",
            Customer.resource.label,
            plural: Customer.resource.pluralLabel,
            owner: "owner",
            rules: OwnRecordsOnly(user: 2),
            fields: Customer.fields
        )
        let page = try koi.app.perform { transaction in
            try RecordSearch(own, transaction).list("江电", ListQuery())
        }
        let items = try JSONReader.read(page)["items"].arrayValue ?? []
        #expect(items.map { $0["id"] } == [2])
    }
}

struct OwnRecordsOnly: RecordRules {
    let user: Int64

    func visibility(for user: Int64?) -> Visibility? { .owned(field: "owner", by: [self.user]) }
}

struct `A visibility` {
    /// The rule as a condition in SQL and as a test in memory must agree.
    @Test(arguments: [
        Visibility.all, .none, .owned(field: "owner", by: []), .owned(field: "owner", by: [1]),
        .owned(field: "owner", by: [1, 2]), .flagged("shared"),
        .any([.owned(field: "owner", by: [2]), .flagged("shared")]), .any([.all, .none]), .any([]),
        .shared([1, 3], with: 1), .shared([], with: 1),
        .any([.owned(field: "owner", by: [2]), .shared([1, 3, 4], with: 2)]),
    ])
    func `means the same in SQL and in memory`(visibility: Visibility) throws {
        let koi = try TestApp()
        let other = try koi.keyOfAnotherUser()
        for shared in [false, true] {
            for key in [koi.key, other] {
                try koi.request(
                    .post,
                    "/v1/views",
                    ["resource": "customers", "name": "V", "shared": .bool(shared)],
                    key: key
                )
            }
        }
        let (one, parts, count, inMemory) = try koi.app.perform { transaction in
            let store = RecordStore(SavedView.resource, transaction.connection)
            let all = try (1...4).compactMap { try store.find($0, .all) }
            let (plan, query) = (ListPlan(counting: ListQuery(), [], visibility), ListQuery())
            let encoder = SavedView.resource.encoder
            let page = RecordSQL.page(encoder, query, visibility, plan, after: nil, limit: 5)
            let count = RecordSQL.count(SavedView.resource, query, visibility, plan)
            return (
                try (1...4).filter { try store.find($0, visibility) != nil },
                try transaction.connection.rows(page.sql, page.values) { $0.int(0) },
                try transaction.connection.first(count.sql, count.values) { $0.int(0) },
                all.filter(visibility.allows).map(\.id)
            )
        }
        #expect(one == inMemory)
        #expect(parts == inMemory)
        #expect(count == Int64(inMemory.count))
    }
}

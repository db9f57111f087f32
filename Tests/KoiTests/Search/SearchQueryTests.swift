import Koi
import Testing

@Suite struct SearchQueryTests {
    static let company: [FieldText] = [
        .name("重庆机械制造有限公司"), .phone("+86 138 0013 8000"), .email("sales@siemens.example"),
    ]

    static let mixed: [(String, [String]?)] = [
        ("重庆 jixie", ["name"]),
        ("重庆jixie", ["name"]),
        ("jixie 重庆", ["name"]),
        ("siemens 138", ["phone", "email"]),
        ("siemens 138 0013 8000", ["phone", "email"]),
        ("重庆 8000", ["name", "phone"]),
        ("cq siemens 1380013", ["name", "phone", "email"]),
        ("重庆 siemens 139", nil),
        ("重庆 bosch", nil),
        ("重庆 电子", nil),
    ]

    @Test(arguments: mixed)
    func `each word may match in another field`(_ query: String, _ fields: [String]?) throws {
        let found = try SearchProbe([Self.company]).search(query)
        #expect(found.first?.match.fields == fields)
    }

    @Test func `better kinds come first, then newer records`() throws {
        let names = ["北京重庆", "重庆机械", "重庆", "重庆", "重庆电子", "上海重庆路"]
        let found = try SearchProbe(names.map { [.name($0)] }).search("重庆")
        #expect(found.map(\.record) == [3, 2, 4, 1, 5, 0])
        #expect(found.map(\.match.kind) == [.exact, .exact, .prefix, .prefix, .word, .word])
    }

    @Test func `only the fields of the best kind are named`() throws {
        let record: [FieldText] = [
            .name("重庆机械制造有限公司"), .init(field: "shortName", kind: .name, value: "重庆机械"),
        ]
        let found = try SearchProbe([record]).search("重庆机械")
        #expect(found.map(\.match) == [SearchMatch(kind: .exact, fields: ["shortName"])])
    }

    static let hostile = [
        "\"", "\"\"", "\" OR \"", "重庆\" OR tokens:\"", "a AND b", "OR", "NOT", "AND", "NEAR(a b)",
        "NEAR", "重庆*", "^重庆", "(((((", ")", "{a b}: c", "-a", "a:b", "tokens:重庆", "--", ";",
        "'; DROP TABLE search; --", "\\", "%", "_", "\0", "重\0庆", "a\0\"b", "\u{80}重庆", "\u{84}li*",
        "😀", "重庆😀机械", "\u{FFFD}", "\u{E000}", "\u{202E}重庆", "\u{FEFF}重庆", "👨‍👩‍👧",
        "́", "重́庆", "\n\t\r", "/*", "a'b''c", "١٢٣", "½", "ﬁ", "𠮷野家", "0", "00", "000", "+", "+86",
        "+0", "86", "++86138",
    ]

    @Test(arguments: hostile)
    func `nothing that is typed is query syntax`(_ query: String) throws {
        _ = try SearchProbe([Self.company, [.name("李明")]]).search(query)
    }

    static let pieces = [
        "\"", "*", "^", "(", ")", "AND", "OR", "NEAR", " ", "+", "-", ":", "{", "重", "庆", "a", "li",
        "ming", "138", "0", "\0", "😀", "\u{80}", "\u{85}", "é", "́", "株", "カ", "'",
    ]

    @Test(arguments: UInt64(1)...20)
    func `no mixture of words and signs is query syntax`(_ seed: UInt64) throws {
        let probe = try SearchProbe([Self.company, [.name("李明")]])
        var state = seed
        for _ in 0..<100 {
            var query = ""
            for _ in 0..<8 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                query += Self.pieces[Int(state >> 33) % Self.pieces.count]
            }
            _ = try probe.search(query)
        }
    }

    static let empty = ["", " ", "\n", "\"", "()*^", "😀", "—…！？", "'", "\0", "\u{80}"]

    @Test(arguments: empty)
    func `a text without letters and digits is no query`(_ text: String) {
        #expect(SearchQuery(text) == nil)
    }

    @Test func `a single letter has no word tier`() {
        #expect(SearchQuery("s")?.tiers.map(\.kind) == [.exact, .prefix])
        #expect(SearchQuery("7")?.tiers.map(\.kind) == [.exact, .prefix])
    }

    static let long = ["重", "a", "a ", "li ", "重 ", "liming", "1", "1 ", "xian", "zhuangxian "]

    @Test(arguments: long)
    func `a query of 10,000 characters is cut`(_ piece: String) throws {
        let text = String(repeating: piece, count: 10_000 / piece.count)
        let query = try #require(SearchQuery(text))
        for tier in query.tiers { #expect(tier.match.utf8.count < 20_000) }
        _ = try SearchProbe([Self.company]).search(text)
    }

    @Test func `what lies beyond the limit of a query is ignored`() throws {
        let name = String(repeating: "重庆机械", count: 25)
        let found = try SearchProbe([[.name(name)]]).search(
            name + String(repeating: " ", count: 200) + "电子"
        )
        #expect(found.first?.match.kind == .exact)
    }
}

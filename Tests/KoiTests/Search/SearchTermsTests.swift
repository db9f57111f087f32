import Koi
import Testing

@Suite struct SearchTermsTests {
    @Test func `a company has few tokens, each once`() {
        var terms = SearchTerms()
        terms.add(name: "重庆机械制造有限公司")
        terms.add(name: "重庆机械")
        terms.add(phone: "+86 138 0013 8000")
        terms.add(email: "info@cq-machinery.example.cn")
        let tokens = terms.tokens.split(separator: " ")
        #expect(tokens.count == terms.count)
        #expect(Set(tokens).count == tokens.count)
        #expect(tokens.count < 45)
    }

    @Test func `adding the same again adds nothing`() {
        var terms = SearchTerms()
        terms.add(name: "Siemens AG")
        let tokens = terms.tokens
        terms.add(name: "Siemens AG")
        #expect(terms.tokens == tokens)
    }

    static let texts = [
        "", " ", "😀", "\0", String(repeating: "重庆机械", count: 10_000),
        String(repeating: "word\u{0}", count: 10_000), String(repeating: "a", count: 100_000),
        String(repeating: "a ", count: 50_000), String(repeating: "1234567;", count: 10_000),
        String(repeating: "乐", count: 1000), (0..<5000).map { "w\($0)" }.joined(separator: " "),
    ]

    @Test(arguments: texts)
    func `whatever is added, the tokens stay few and short`(_ text: String) {
        var terms = SearchTerms()
        terms.add(name: text)
        terms.add(text: text)
        terms.add(phone: text)
        terms.add(email: text)
        terms.add(web: text)
        terms.add(code: text)
        #expect(terms.count <= 400)
        #expect(terms.tokens.utf8.count < 10_000)
        #expect(!terms.tokens.contains("  "))
        #expect(!terms.tokens.utf8.contains(0))
    }

    @Test func `markers of the index cannot come from a text`() {
        var terms = SearchTerms()
        terms.add(name: "\u{80}重庆\u{81}机械\u{84}li")
        var plain = SearchTerms()
        plain.add(name: "重庆 机械 li")
        #expect(terms.tokens == plain.tokens)
    }
}

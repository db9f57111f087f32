import KoiJSON
import Testing

@Suite struct JSONReaderLimitTests {
    static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    @Test func `the deepest allowed nesting is read and one more refused`() throws {
        #expect(throws: Never.self) { try JSONReader.read(Self.nested(64)) }
        let error = #expect(throws: JSONError.self) { try JSONReader.read(Self.nested(65)) }
        #expect(error?.reason == .tooDeep(limit: 64))
        #expect(error?.offset == 64)
    }

    @Test func `arrays and objects count alike`() {
        let limits = JSONLimits(depth: 3)
        #expect(throws: Never.self) { try JSONReader.read(#"[{"a":[]},{"a":{}}]"#, limits: limits) }
        #expect(throws: JSONError.self) { try JSONReader.read(#"[{"a":[{}]}]"#, limits: limits) }
    }

    @Test(arguments: ["[", #"{"a":"#, #"[{"a":"#])
    func `nesting of 100,000 levels is refused without exhausting the stack`(_ opening: String) {
        let text = String(repeating: opening, count: 100_000)
        for limits in [JSONLimits(), JSONLimits(depth: .max)] {
            let error = #expect(throws: JSONError.self) {
                try JSONReader.read(text, limits: limits)
            }
            #expect(error?.reason.code == "too_deep")
        }
    }

    @Test func `the number of values is bounded across the whole document`() {
        let limits = JSONLimits(members: 5)
        #expect(throws: Never.self) { try JSONReader.read(#"[1,{"a":2},3]"#, limits: limits) }
        let error = #expect(throws: JSONError.self) {
            try JSONReader.read(#"[1,{"a":2},3,4]"#, limits: limits)
        }
        #expect(error?.reason == .tooManyValues(limit: 5))
        #expect(error?.offset == 13)
    }

    @Test func `a duplicate key is found among many members`() throws {
        let members = (0..<50_000).map { "\"key\($0)\":\($0)" }
        let object = try JSONReader.read("{\(members.joined(separator: ","))}")
        #expect(object.objectValue?.count == 50_000)
        #expect(object["key49999"] == 49_999)

        for name in ["key0", "key31", "key32", "key49999"] {
            let text = "{\((members + ["\"\(name)\":null"]).joined(separator: ","))}"
            let error = #expect(throws: JSONError.self) { try JSONReader.read(text) }
            #expect(error?.reason == .duplicateKey(name))
        }
    }

    @Test func `the time for many keys grows with their number, not its square`() throws {
        let members = (0..<200_000).map { "\"\($0)\":0" }.joined(separator: ",")
        let bytes = Array("{\(members)}".utf8)
        let duration = try ContinuousClock().measure {
            _ = try JSONReader.read(bytes, limits: JSONLimits(members: 200_001))
        }
        // Room for a debug build on a busy machine: comparing each with each takes many minutes.
        #expect(duration < .seconds(30))
    }

    @Test func `numbers of a million digits end in an answer`() throws {
        let digits = String(repeating: "1", count: 1_000_000)
        #expect(throws: JSONError.self) { try JSONReader.read(digits) }
        #expect(try JSONReader.read("0." + digits).numberValue == 0.111_111_111_111_111_11)
        #expect(try JSONReader.read("1e-" + digits) == .number(0))
    }
}

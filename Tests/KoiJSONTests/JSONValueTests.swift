import KoiJSON
import Testing

@Suite struct JSONValueTests {
    static let whole: [(JSONValue, Int64?)] = [
        (5, 5), (5.0, 5), (-5.0, -5), (5.5, nil), (.number(0x1p63), nil), (.number(-0x1p63), .min),
        (.number(1e300), nil), (.number(.nan), nil), (.number(-0.0), 0), ("5", nil), (nil, nil),
    ]

    @Test(arguments: whole)
    func `a whole number answers as an integer however it is written`(
        _ value: JSONValue,
        _ integer: Int64?
    ) {
        #expect(value.integerValue == integer)
    }

    @Test func `members are read, replaced, added and removed by name`() {
        var object: JSONObject = ["a": 1, "b": 2]
        #expect(object["a"] == 1)
        #expect(object["c"] == nil)
        object["a"] = "new"
        object["c"] = nil
        object["b"] = .null
        object["d"] = 4
        #expect(object == ["a": "new", "b": nil, "d": 4])
        object["a"] = nil
        #expect(object == ["b": nil, "d": 4])
    }

    @Test func `names are told apart by their code units`() {
        let object: JSONObject = ["\u{E9}": 1]
        #expect(object["\u{E9}"] == 1)
        #expect(object["e\u{301}"] == nil)
    }
}

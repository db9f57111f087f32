import Koi
import Testing

@Suite struct SearchPhoneTests {
    static let mobile = [
        "+86 138 0013 8000", "13800138000", "138-0013-8000", "(+86) 138 0013 8000",
        "0138 0013 8000",
        "0086 138 00138000", "8613800138000", "＋８６ １３８００１３８０００",
    ]

    @Test(arguments: mobile, mobile)
    func `a mobile number is found in each spelling by each`(
        _ stored: String,
        _ typed: String
    ) throws {
        let found = try SearchProbe([[.phone(stored)]]).search(typed)
        #expect(found.map(\.match) == [SearchMatch(kind: .exact, fields: ["phone"])])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let stored: String
        let query: String
        let kind: SearchMatch.Kind?

        init(_ stored: String, _ query: String, _ kind: SearchMatch.Kind?) {
            self.stored = stored
            self.query = query
            self.kind = kind
        }

        var testDescription: String { "\(query) in \(stored)" }
    }

    static let rows: [Row] = [
        Row("+86 138 0013 8000", "138", .prefix),
        Row("+86 138 0013 8000", "1380", .prefix),
        Row("+86 138 0013 8000", "13800", .prefix),
        Row("+86 138 0013 8000", "138001", .prefix),
        Row("+86 138 0013 8000", "138 0013", .prefix),
        Row("+86 138 0013 8000", "+86 138", .prefix),
        Row("+86 138 0013 8000", "138 0013 80", .prefix),
        Row("+86 138 0013 8000", "8000", .word),
        Row("+86 138 0013 8000", "38000", .word),
        Row("+86 138 0013 8000", "138000", .word),
        Row("+86 138 0013 8000", "0138000", .word),
        Row("+86 138 0013 8000", "00138000", .word),
        Row("+86 138 0013 8000", "000", nil),
        Row("+86 138 0013 8000", "0013", nil),
        Row("+86 138 0013 8000", "13800138001", nil),
        Row("+86 138 0013 8000", "139", nil),
        Row("+86 138 0013 8000", "8001", nil),
        Row("023-6123 4567", "023 6123 4567", .exact),
        Row("023-6123 4567", "+86 23 6123 4567", .exact),
        Row("023-6123 4567", "61234567", .word),
        Row("023-6123 4567", "6123 4567", .word),
        Row("023-6123 4567", "023", .prefix),
        Row("023-6123 4567", "0236", .prefix),
        Row("023-6123 4567", "021", nil),
        Row("+49 (0)89 1234567", "089 1234567", .exact),
        Row("+49 (0)89 1234567", "+49 89 1234567", .exact),
        Row("+49 (0)89 1234567", "+49 (0)89 1234567", .exact),
        Row("+49 (0)89 1234567", "0049 89 1234567", .exact),
        Row("+1 (555) 123-4567", "555 123 4567", .exact),
        Row("+1 (555) 123-4567", "555.123.4567", .exact),
        Row("400-820-8820 转 801", "4008208820", .exact),
        Row("400-820-8820 ext. 801", "8820", .word),
        Row("13800138000 / 023-61234567", "02361234567", .exact),
        Row("13800138000、13900139000", "13900139000", .exact),
        Row("Tel: 13800138000", "13800138000", .exact),
        Row("12", "12", nil),
        Row("000", "000", nil),
        Row("", "138", nil),
    ]

    @Test(arguments: rows)
    func `a telephone number is found as`(_ row: Row) throws {
        let found = try SearchProbe([[.phone(row.stored)]]).search(row.query)
        #expect(found.first?.match.kind == row.kind)
    }
}

import Koi
import Testing

/// What is found by what, through a real full-text table.
@Suite struct SearchTextTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let value: FieldText
        let query: String
        let kind: SearchMatch.Kind?

        init(_ value: FieldText, _ query: String, _ kind: SearchMatch.Kind?) {
            self.value = value
            self.query = query
            self.kind = kind
        }

        var testDescription: String { "\(query) in \(value.value)" }
    }

    static let chineseNames: [Row] = [
        Row(.name("重庆机械"), "重庆机械", .exact),
        Row(.name("重庆机械"), "重庆", .prefix),
        Row(.name("重庆机械"), "庆机", .word),
        Row(.name("重庆机械"), "机械", .word),
        Row(.name("重庆机械"), "庆机械", .word),
        Row(.name("重庆机械"), "重机", nil),
        Row(.name("重庆机械"), "机械重庆", nil),
        Row(.name("重庆机械"), "机械 重庆", .word),
        Row(.name("重庆机械"), "重", .prefix),
        Row(.name("重庆机械"), "机", .word),
        Row(.name("重庆机械"), "械", .word),
        Row(.name("重庆机械"), "工", nil),
        Row(.name("重庆机械制造有限公司"), "重庆机械制造有限公司", .exact),
        Row(.name("重庆机械制造有限公司"), "重庆机械制造有限", .prefix),
        Row(.name("重庆机械制造有限公司"), "制造有限公司", .word),
        Row(.name("重庆机械制造有限公司"), "造有", .word),
        Row(.name("重庆机械制造有限公司"), "限公", .word),
        Row(.name("重庆机械制造有限公司"), "有限公司", .word),
        Row(.name("重庆机械制造有限公司"), "有限责任公司", nil),
        Row(.name("重庆机械制造股份有限公司"), "份有限公", .word),
        Row(.name("重庆机械制造有限公司"), "重庆 有限公司", .word),
        Row(.name("重庆机械(集团)有限公司"), "重庆机械集团", .prefix),
        Row(.name("重庆机械(集团)有限公司"), "机械（集团）", .word),
        Row(.name("卡尔·马克思"), "卡尔马克思", .exact),
        Row(.name("李明"), "李", .prefix),
        Row(.name("李明"), "明", .word),
        Row(.name("李"), "李", .exact),
        Row(.name("江苏"), "江西", nil),
    ]

    static let pinyin: [Row] = [
        Row(.name("重庆机械"), "chongqing", .prefix),
        Row(.name("重庆机械"), "zhongqing", nil),
        Row(.name("重庆机械"), "chongqingjixie", .prefix),
        Row(.name("重庆机械"), "Chongqing Jixie", .prefix),
        Row(.name("重庆机械"), "chong qing ji xie", .prefix),
        Row(.name("重庆机械"), "ch", .prefix),
        Row(.name("重庆机械"), "cho", .prefix),
        Row(.name("重庆机械"), "chong", .prefix),
        Row(.name("重庆机械"), "chongq", .prefix),
        Row(.name("重庆机械"), "chongqi", .prefix),
        Row(.name("重庆机械"), "chongqingj", .prefix),
        Row(.name("重庆机械"), "qingji", .word),
        Row(.name("重庆机械"), "qingj", .word),
        Row(.name("重庆机械"), "jixie", .word),
        Row(.name("重庆机械"), "jix", .word),
        Row(.name("重庆机械"), "qing", .word),
        Row(.name("重庆机械"), "chongji", nil),
        Row(.name("重庆机械"), "c", .prefix),
        Row(.name("重庆机械"), "x", nil),
        Row(.name("重庆机械制造有限公司"), "chongqingjixiezhizao", .prefix),
        Row(.name("重庆机械制造有限公司"), "chongqingjixiezhizaoyouxiangongsi", .prefix),
        Row(.name("重庆机械制造有限公司"), "zhizaoyouxian", .word),
        Row(.name("重庆机械制造有限公司"), "zhizaoyo", .word),
        Row(.name("重庆机械制造有限公司"), "jixiezhizao", .word),
        Row(.name("李明"), "li", .prefix),
        Row(.name("李明"), "liming", .prefix),
        Row(.name("李明"), "lim", .prefix),
        Row(.name("李明"), "li ming", .prefix),
        Row(.name("李明"), "ming", .word),
        Row(.name("李明"), "ming li", .word),
        Row(.name("李明"), "lin", nil),
        Row(.name("银行"), "yinhang", .prefix),
        Row(.name("长沙银行"), "changsha", .prefix),
        Row(.name("西安"), "xian", .prefix),
        Row(.name("先锋"), "xian", .prefix),
        Row(.name("方案"), "fangan", .prefix),
        Row(.name("反感"), "fangan", .prefix),
        Row(.name("吕布"), "lv", .prefix),
        Row(.name("吕布"), "lubu", .prefix),
        Row(.name("单田芳"), "shantianfang", .prefix),
        Row(.name("单田芳"), "dantianfang", .prefix),
        Row(.name("曾国藩"), "zengguofan", .prefix),
        Row(.name("乐天"), "letian", .prefix),
        Row(.name("乐天"), "yuetian", .prefix),
        Row(.name("ABC机械"), "jixie", .word),
        Row(.name("ABC机械"), "abc", .prefix),
        Row(.name("ABC机械"), "abc机", .prefix),
        Row(.name("ABC机械"), "abc jix", .word),
        Row(.text("重庆机械"), "chongqing", nil),
    ]

    static let initials: [Row] = [
        Row(.name("重庆机械"), "cqjx", .prefix),
        Row(.name("重庆机械"), "CQJX", .prefix),
        Row(.name("重庆机械"), "cq", .prefix),
        Row(.name("重庆机械"), "jx", .word),
        Row(.name("重庆机械"), "qjx", .word),
        Row(.name("重庆机械"), "c q j x", .prefix),
        Row(.name("重庆机械"), "cj", nil),
        Row(.name("重庆机械"), "zq", nil),
        Row(.name("重庆机械"), "cqjxx", nil),
        Row(.name("重庆机械制造有限公司"), "cqjxzzyxgs", .prefix),
        Row(.name("重庆机械制造有限公司"), "cqjxzzy", .prefix),
        Row(.name("重庆机械制造有限公司"), "zzyx", .word),
        Row(.name("中国石油"), "zgsy", .prefix),
        Row(.name("单田芳"), "stf", .prefix),
        Row(.name("单田芳"), "dtf", .prefix),
    ]

    static let spellings: [Row] = [
        Row(.name("臺灣電腦"), "台湾电脑", .exact),
        Row(.name("台湾电脑"), "臺灣電腦", .exact),
        Row(.name("重慶機械"), "庆机", .word),
        Row(.name("重慶機械"), "chongqing", .prefix),
        Row(.name("ＡＢＣ工业"), "abc工业", .exact),
        Row(.name("ABC工业"), "ａｂｃ", .prefix),
        Row(.name("Müller AG"), "muller", .prefix),
        Row(.name("Müller AG"), "MÜLLER AG", .exact),
        Row(.name("Mu\u{308}ller AG"), "Müller", .prefix),
        Row(.name("Straße"), "strasse", .exact),
        Row(.name("Łódź Spółka"), "spolka", .word),
        Row(.name("Đặng Văn"), "dang van", .exact),
        Row(.name("Ærø Smørrebrød"), "aero smorrebrod", .exact),
        Row(.name("O'Reilly"), "oreilly", .exact),
        Row(.name("O’Reilly"), "o'reil", .prefix),
        Row(.name("Газпром"), "газ", .prefix),
        Row(.name("ΑΛΦΑ"), "άλφα", .exact),
        Row(.name("トヨタ自動車"), "ヨタ", .word),
    ]

    static let latin: [Row] = [
        Row(.name("Siemens AG"), "siemens", .prefix),
        Row(.name("Siemens AG"), "siemens ag", .exact),
        Row(.name("Siemens AG"), "s", .prefix),
        Row(.name("Siemens AG"), "si", .prefix),
        Row(.name("Siemens AG"), "sieme", .prefix),
        Row(.name("Siemens AG"), "siemenss", nil),
        Row(.name("Siemens AG"), "iemens", nil),
        Row(.name("Siemens AG"), "ag", .word),
        Row(.name("Siemens AG"), "a", nil),
        Row(.name("Siemens AG"), "ag siemens", .word),
        Row(.name("Siemens AG"), "siemens a", .prefix),
        Row(.name("Northwind International Traders"), "international", .word),
        Row(.name("Northwind International Traders"), "internat", .word),
        Row(.name("Northwind International Traders"), "internova", nil),
        Row(.name("Northwind International Traders"), "inter", .word),
        Row(.name("Northwind International Traders"), "trad north", .word),
        Row(.name("Wal-Mart"), "walmart", .exact),
        Row(.name("AT&T"), "at&t", .exact),
        Row(.name("3M"), "3", .prefix),
        Row(.name("3M"), "3m", .exact),
        Row(.name("58同城"), "58", .prefix),
        Row(.name("58同城"), "58同城", .exact),
        Row(.name("58同城"), "tongcheng", .word),
        Row(.name("R2D2 Works"), "r2", .prefix),
        Row(.text("Asked for a quote in Shanghai, 浦东新区张江路"), "quote", .word),
        Row(.text("Asked for a quote in Shanghai, 浦东新区张江路"), "张江", .word),
        Row(.text("Asked for a quote in Shanghai, 浦东新区张江路"), "shang quote", .word),
        Row(.text("Asked for a quote in Shanghai, 浦东新区张江路"), "asked for a quote", .word),
        Row(.text("Asked for a quote"), "xyz", nil),
        Row(.code("INV-2024-0017"), "INV-2024-0017", .exact),
        Row(.code("INV-2024-0017"), "inv2024", .prefix),
        Row(.code("INV-2024-0017"), "0017", .word),
        Row(.code("KD20240017"), "kd2024", .prefix),
        Row(.code("KD20240017"), "kd20240018", nil),
    ]

    static let addresses: [Row] = [
        Row(.email("info@cq-machinery.example.cn"), "info@cq-machinery.example.cn", .exact),
        Row(.email("Info@CQ-Machinery.example.cn"), "info@cq-machinery.example.cn", .exact),
        Row(.email("info@cq-machinery.example.cn"), "info", .word),
        Row(.email("info@cq-machinery.example.cn"), "machinery", .word),
        Row(.email("info@cq-machinery.example.cn"), "cq-machinery.example.cn", .word),
        Row(.email("info@cq-machinery.example.cn"), "info@cq", .word),
        Row(.email("info@cq-machinery.example.cn"), "machi", .word),
        Row(.email("info@cq-machinery.example.cn"), "office", nil),
        Row(.email("zhangwei@example.com"), "zhangwei@example.com", .exact),
        Row(.email("zhangwei@example.com"), "zhangw", .word),
        Row(.email("zhangwei@example.com"), "zhangwei@other.com", nil),
        Row(.web("https://www.cq-machinery.example.cn/about"), "cq-machinery.example.cn", .exact),
        Row(.web("https://www.cq-machinery.example.cn/about"), "machinery", .word),
        Row(.web("https://www.cq-machinery.example.cn/about"), "about", nil),
    ]

    @Test(arguments: chineseNames + pinyin + initials + spellings + latin + addresses)
    func `a value is found as`(_ row: Row) throws {
        let found = try SearchProbe([[row.value]]).search(row.query)
        #expect(found.first?.match.kind == row.kind)
        #expect(found.first.map(\.match.fields) == row.kind.map { _ in [row.value.field] })
    }
}

import Foundation
import Koi
import Testing

@Suite struct PinyinTests {
    static let readings: [(String, String)] = [
        ("重庆机械", "chong qing ji xie"), ("重工", "zhong gong"), ("长沙银行", "chang sha yin hang"),
        ("成长", "cheng zhang"), ("董事长", "dong shi zhang"), ("厦门大厦", "xia men da sha"),
        ("音乐快乐", "yin yue kuai le"), ("成都", "cheng du"), ("都江堰", "du jiang yan"),
        ("旅行", "lv xing"), ("行业", "hang ye"), ("会计", "kuai ji"), ("六安", "lu an"),
        ("东莞番禺", "dong guan pan yu"), ("蚌埠", "beng bu"), ("西藏", "xi zang"), ("人参", "ren shen"),
        ("重慶長沙", "chong qing chang sha"),
        ("单田芳", "shan tian fang"), ("单位", "dan wei"), ("曾小贤", "zeng xiao xian"),
        ("解缙", "xie jin"), ("解放", "jie fang"), ("仇英", "qiu ying"), ("朴树", "piao shu"),
        ("区明", "ou ming"), ("查良镛", "zha liang yong"), ("尉迟恭", "yu chi gong"),
        ("万俟卨", "mo qi xie"), ("翟天临", "zhai tian lin"), ("华为", "hua wei"),
        ("吕布", "lv bu"), ("女", "nv"), ("略", "lve"),
        ("ABC 机械 and 电子", "ji xie dian zi"), ("Siemens", ""), ("", ""), ("㐂", "㐂"),
    ]

    @Test(arguments: readings)
    func `a name is read`(_ name: String, _ reading: String) {
        #expect(Pinyin.syllables(of: name).joined(separator: " ") == reading)
    }

    @Test func `names sort by pinyin among Latin`() {
        let sorted = [
            "安徽", "Bosch", "樊刚", "方安", "李明", "黎明", "Müller", "Mulligan", "重庆", "Zeiss", "张三",
        ]
        let keys = sorted.map(Pinyin.sortKey)
        #expect(keys[3] == "fang an")
        let expected = [
            "an hui", "bosch", "chong qing", "fan gang", "fang an", "li ming", "li ming", "muller",
            "mulligan", "zeiss", "zhang san",
        ]
        #expect(
            keys.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) } == expected
        )
    }

    @Test func `a sort key is bounded and keeps what it does not know`() {
        #expect(Pinyin.sortKey(String(repeating: "庄", count: 10_000)).utf8.count < 64 * 8)
        #expect(Pinyin.sortKey("Café 重慶 2") == "cafe chong qing  2")
        #expect(Pinyin.sortKey("") == "")
    }

    /// The table was made from the transform; a character that differs was changed by hand.
    @Test func `single characters are read as ICU reads them, nearly always`() throws {
        var differing = 0
        for value in UInt32(0x4E00)...0x9FA5 {
            let character = try String(#require(Unicode.Scalar(value)))
            let simplified = TextFolding.fold(character)
            let latin = simplified.applyingTransform(.mandarinToLatin, reverse: false) ?? ""
            let toneless = latin.replacingOccurrences(of: "u\u{308}", with: "v")
                .folding(options: .diacriticInsensitive, locale: nil)
            let reading = Pinyin.syllables(of: character).first ?? ""
            if reading.replacing("v", with: "u") != toneless.replacing("v", with: "u") {
                differing += 1
            }
        }
        #expect(differing < 150)
    }
}

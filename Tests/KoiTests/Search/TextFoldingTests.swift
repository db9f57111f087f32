import Koi
import Testing

@Suite struct TextFoldingTests {
    static let foldings: [(String, String)] = [
        ("", ""), ("plain text 1", "plain text 1"), ("Müller", "muller"), ("MÜLLER", "muller"),
        ("Mu\u{308}ller", "muller"), ("Straße STRAẞE", "strasse strasse"),
        ("Æsir œuvre", "aesir oeuvre"),
        ("Łódź", "lodz"), ("Đặng Văn Lâm", "dang van lam"), ("İstanbul ılık", "istanbul ilik"),
        ("ﬁ ﬀ ﬄ", "fi ff ffl"), ("Ångström", "angstrom"), ("Ёлка Й", "елка и"),
        ("ΆΛΦΑ σς", "αλφα σσ"),
        ("臺灣電腦", "台湾电脑"), ("重慶機械製造", "重庆机械制造"), ("後發髮", "后发发"),
        ("ＡＢＣ　１２３！", "abc 123!"), ("a\u{A0}b", "a b"), ("a\u{200B}b\u{AD}c", "abc"),
        ("トヨタ", "トヨタ"), ("😀", "😀"), ("\0", "\0"), ("Müller & Söhne, 重慶", "muller & sohne, 重庆"),
    ]

    @Test(arguments: foldings)
    func `a text is folded to`(_ text: String, _ folded: String) {
        #expect(Array(TextFolding.fold(text).utf8) == Array(folded.utf8))
    }

    @Test func `folding what is folded changes nothing`() {
        for value in UInt32(0)...0x2FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let once = TextFolding.fold(String(scalar))
            if TextFolding.fold(once) != once { Issue.record("U+\(String(value, radix: 16))") }
        }
    }
}

import KoiFormats
import KoiJSON
import Testing

struct `Cards are read` {
    private func cells(_ text: String, step: Int = 64) throws -> [[String: String]] {
        try rows(text, step: step).map { row in
            var cells: [String: String] = [:]
            for (column, cell) in zip(VCardReader.columns, row.cells) { cells[column] = cell.stringValue }
            return cells
        }
    }

    private func rows(_ text: String, step: Int = 64) throws -> [TableRow] {
        var reader = VCardReader(ByteWindow(Array(text.utf8), step: step))
        var rows: [TableRow] = []
        while let row = try reader.next() { rows.append(row) }
        return rows
    }

    @Test(arguments: [1, 64])
    func `of version 4, folded and escaped`(step: Int) throws {
        let card = """
            BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:individual\r\nFN:李明\r\nN:李;明;;;\r\nORG:重庆机械;销售\r
            TEL;VALUE=uri;TYPE="voice,cell":tel:+86-138-0013-8000\r\nitem1.EMAIL;PREF=1:li@example.com\r
            NOTE:one\\, two\\n th\r\n ree\\;\r\nBDAY:19850412\r\nCATEGORIES:a,b\\,c\r\nADR:;;Main St 1;Town;;123;\r\nEND:VCARD\r\n
            """
        let cells = try #require(try cells(card, step: step).first)
        #expect(cells["FN"] == "李明")
        #expect(cells["ORG"] == "重庆机械 销售")
        #expect(cells["TEL;TYPE=CELL"] == "+86-138-0013-8000")
        #expect(cells["EMAIL"] == "li@example.com")
        #expect(cells["NOTE"] == "one, two\n three;")
        #expect(cells["BDAY"] == "1985-04-12")
        #expect(cells["CATEGORIES"] == "a; b,c")
        #expect(cells["ADR"] == "Main St 1, Town, 123")
    }

    @Test func `of version 2.1, as phones write them`() throws {
        let card = """
            BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E6=9D=8E;=E6=98=8E;;;\r
            TEL;CELL:13800138000\r\nTEL;WORK;FAX:1\r\nTEL;HOME:2\r
            NOTE;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=C3=FB=\r\n=B3=C6\r\nEND:VCARD\r\n
            """
        let cells = try #require(try cells(card).first)
        #expect(cells["FN"] == "李明")
        #expect(cells["TEL;TYPE=CELL"] == "13800138000")
        #expect(cells["TEL"] == "2")
        #expect(cells["NOTE"] == "名称")
    }

    @Test func `one by one where others are broken`() throws {
        let found = try rows("BEGIN:VCARD\nFN:a\nBEGIN:VCARD\nFN:b\nEND:VCARD\n\nfoo\nBEGIN:VCARD\nFN:c")
        #expect(found.map(\.fault) == [.unclosedCard, nil, .notCard, .unclosedCard])
        #expect(found.map(\.place.line) == [1, 3, 7, 8])
    }

    @Test func `and lines of JSON, each by itself`() throws {
        let text = "{\"a\":1}\r\n\n[]\n{\"a\":}\n{\"b\":2}\n{\"a\":\"x\"}"
        var reader = JSONLinesReader(ByteWindow(Array(text.utf8), step: 2), columns: ["a"])
        var found: [TableRow] = []
        while let row = try reader.next() { found.append(row) }
        #expect(found.map(\.cells) == [[1], [], [], [], ["x"]])
        #expect(found[1].fault == .notObject)
        #expect(found[2].fault?.code == "not_json")
        #expect(found[3].fault == .unknownMember("b"))
        #expect(found.map(\.place.line) == [1, 3, 4, 5, 6])
    }
}

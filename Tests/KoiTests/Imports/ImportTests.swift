import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A file` {
    @Test func `is looked at before its rows are taken in`() throws {
        let koi = try TestApp()
        let made = try koi.upload(
            "公司名称;手机;E-Mail;备注;颜色\n重庆机械;138 0013 8000;a@b.cn;;red\nAcme;x;;;\n",
            query: "&name=old.csv"
        )
        #expect(made.status == .created, "\(made.text)")
        #expect(made["format"] == "csv")
        #expect(made["encoding"] == "utf-8")
        #expect(made["delimiter"] == ";")
        #expect(made["state"] == "ready")
        #expect(made["mapping"] == ["name", "phone", "email", "notes", nil])
        #expect(made["columns"].arrayValue?.first?["samples"] == ["重庆机械", "Acme"])
        let problem = try #require(made["preview"]["problems"].arrayValue?.first)
        #expect(problem["line"] == 3)
        #expect(problem["code"] == "not_phone")
        #expect(problem["field"] == "手机 (phone)")
        #expect(try koi.customers() == [])
    }

    @Test func `becomes records, with events, search and progress`() throws {
        let koi = try TestApp()
        let done = try koi.take("name,phone,tags\nAcme,023 123456,a; b\nBeta,,\n")
        #expect(done["state"] == "done")
        #expect(done["counts"] == ["rows": 2, "created": 2, "changed": 0, "unchanged": 0, "refused": 0])
        #expect(done["progress"]["done"] == done["size"])
        #expect(try koi.customers() == ["Acme", "Beta"])
        #expect(try koi.request(.get, "/v1/customers?q=023123456").items.first?["tags"] == ["a", "b"])
        #expect(try koi.eventTypes().suffix(2) == ["customer.created", "customer.created"])
        #expect(try koi.app.check() == [])
    }

    @Test(arguments: [
        ("gb18030", [0xC3, 0xFB, 0xB3, 0xC6, 0x0A, 0xD6, 0xD8, 0xC7, 0xEC, 0x0A] as [UInt8]),
        ("utf-16le", [0xFF, 0xFE, 0x0D, 0x54, 0xF0, 0x79, 0x0A, 0x00, 0xCD, 0x91, 0x86, 0x5E, 0x0A, 0x00]),
        ("utf-16be", [0xFE, 0xFF, 0x54, 0x0D, 0x79, 0xF0, 0x00, 0x0A, 0x91, 0xCD, 0x5E, 0x86, 0x00, 0x0A]),
        ("utf-8", [0xEF, 0xBB, 0xBF] + Array("名称\n重庆\n".utf8)),
    ])
    func `is read in its encoding`(encoding: String, bytes: [UInt8]) throws {
        let koi = try TestApp()
        let made = try koi.upload(bytes)
        #expect(made["encoding"].stringValue == encoding)
        try koi.execute(1)
        #expect(try koi.customers() == ["重庆"])
    }

    @Test func `of mixed encodings gives up the rows that are not in its own`() throws {
        let koi = try TestApp()
        var bytes = Array("名称,电话\n".utf8)
        for number in 10..<30 { bytes += Array("重庆机械,023 1234\(number)\n".utf8) }
        bytes += [0xD6, 0xD8, 0xC7, 0xEC] + Array(",1\nLast,\n".utf8)
        #expect(try koi.upload(bytes)["encoding"] == "utf-8")
        let done = try koi.execute(1)
        #expect(done["counts"]["created"] == 21)
        #expect(done["counts"]["refused"] == 1)
        let errors = try koi.request(.get, "/v1/imports/1/errors", fields: [("Accept-Language", "zh")]).text
        #expect(errors.contains("第 22 行第 1 个字符"), "\(errors)")
    }

    @Test func `of Excel is refused with what to do`() throws {
        let koi = try TestApp()
        let type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        let refused = try koi.upload([0x50, 0x4B, 0x03, 0x04, 0x00], type: type)
        #expect(refused.status == .unsupportedMediaType)
        #expect(refused.code == "spreadsheet")
        #expect(refused["detail"].stringValue?.contains("CSV UTF-8") == true)
        #expect(try koi.folder.names(in: "imports") == [])
    }

    @Test(arguments: ["", "\n\n", "\"open\n"])
    func `without headings is refused, and nothing is left of it`(text: String) throws {
        let koi = try TestApp()
        #expect(try koi.upload(text).status == .unprocessableContent)
        #expect(try koi.folder.names(in: "imports") == [])
    }

    @Test func `with broken rows loses only those, each named by its line`() throws {
        let koi = try TestApp()
        let long = String(repeating: "x", count: 10 << 20)
        let text =
            "name,notes,phone\nAcme,\"open,1\nBeta,,12345\nCeta,\"\(long)\",1\nDelta,a\nEta,,1\nZeta,\"\n\"\"\n\",\n"
        let done = try koi.take(text)
        #expect(try koi.customers() == ["Beta", "Zeta"])
        #expect(done["counts"] == ["rows": 6, "created": 2, "changed": 0, "unchanged": 0, "refused": 4])
        let errors = try koi.request(.get, "/v1/imports/1/errors").text
        let lines = [
            "2,\"In line 4 text follows", "4,A cell is larger than 1 MiB", "5,The row has 2 cells", "6,\"phone:",
        ]
        for line in lines {
            #expect(errors.contains(line), "\(line)")
        }
    }

    @Test func `of refused rows is mended and sent again`() throws {
        let koi = try TestApp()
        try koi.take("name;phone;notes\nAcme;x;\"a;\"\"b\"\nBeta;023 1;\n")
        let errors = try koi.request(.get, "/v1/imports/1/errors")
        #expect(errors.fields["Content-Type"]?.hasPrefix("text/csv") == true)
        let lines = errors.text.split(separator: "\r\n").map(String.init)
        #expect(lines.count == 2)
        #expect(lines.first == "\u{FEFF}name;phone;notes;Koi line;Koi problem")
        #expect(lines.last?.hasPrefix("Acme;x;\"a;\"\"b\";2;phone: Send a telephone number") == true, "\(lines)")
        let done = try koi.take(errors.text.replacing("Acme;x", with: "Acme;023 2"))
        #expect(done["counts"]["created"] == 1)
        #expect(try koi.request(.get, "/v1/customers?name=Acme").items.first?["notes"] == "a;\"b")
    }

    @Test func `is only tried where nothing else is asked for, and then taken in`() throws {
        let koi = try TestApp()
        try koi.upload("name,phone\nAcme,\nBeta,x\n")
        let events = try koi.eventTypes().count
        let checked = try koi.execute(1, ["dryRun": true])
        #expect(checked["state"] == "checked")
        #expect(checked["counts"]["created"] == 1)
        #expect(checked["counts"]["refused"] == 1)
        #expect(try koi.customers() == [])
        #expect(try koi.eventTypes().dropFirst(events) == ["import.begun"])
        #expect(try koi.app.check() == [])
        #expect(try koi.execute(1, ["dryRun": false])["state"] == "done")
        #expect(try koi.customers() == ["Acme"])
    }

    @Test func `ends at its first problem where that is wanted`() throws {
        let koi = try TestApp()
        let stopped = try koi.take("name,phone\nAcme,\nBeta,x\nCeta,\n", ["onProblem": "stop"])
        #expect(stopped["state"] == "stopped")
        #expect(try koi.customers() == ["Acme"])
    }

    @Test func `with an error in its last row keeps all the others`() throws {
        let koi = try TestApp()
        let rows = (0..<3_000).map { "Company \($0),\n" }.joined()
        let done = try koi.take("name,phone\n" + rows + "Last,x\n")
        #expect(done["counts"]["created"] == 3_000)
        #expect(try koi.request(.get, "/v1/imports/1/errors").text.contains("Last,x,3002,"))
    }

    @Test func `changes records that are known by a field, and adds the rest`() throws {
        let koi = try TestApp()
        try koi.request(.post, "/v1/customers", ["name": "Acme", "email": "Info@acme.com", "region": "重庆"])
        let settings: JSONValue = ["mode": "createOrUpdate", "key": "email"]
        let done = try koi.take(
            "name,email,region\nAcme Ltd,info@acme.com,\nBeta,b@b.com,上海\nAcme Ltd,info@acme.com,\n",
            settings
        )
        #expect(
            done["counts"] == ["rows": 3, "created": 1, "changed": 1, "unchanged": 1, "refused": 0],
            "\(done.text)"
        )
        let acme = try koi.request(.get, "/v1/customers/1")
        #expect(acme["name"] == "Acme Ltd")
        #expect(acme["region"] == "重庆")
    }

    @Test func `changes nothing where a key is ambiguous or unknown`() throws {
        let koi = try TestApp()
        for name in ["Acme", "Beta"] {
            try koi.request(.post, "/v1/customers", ["name": .string(name), "phone": "023 1234"])
        }
        let done = try koi.take(
            "name,phone\nX,0231234\nY,999999\nZ,\n",
            ["mode": "update", "key": "phone", "emptyCells": "clear"]
        )
        #expect(done["counts"]["refused"] == 3)
        let errors = try koi.request(.get, "/v1/imports/1/errors").text
        #expect(errors.contains("Several records"))
        #expect(errors.contains("There is no record with this value"))
        #expect(try koi.customers() == ["Acme", "Beta"])
    }

    @Test func `changes records that are known by their key elsewhere, and adds the rest`() throws {
        let koi = try TestApp()
        try koi.request(
            .post,
            "/v1/customers",
            ["name": "Acme", "externalIds": [["system": "erp", "key": "C-1"], ["system": "shop", "key": "9"]]]
        )
        let settings: JSONValue = ["mode": "createOrUpdate", "key": "externalIds.erp"]
        let text = "externalIds.erp,name,owner\nC-1,Acme Ltd,\nC-2,Beta,1\n,Ceta,\n"
        let done = try koi.take(text, settings)
        #expect(
            done["counts"] == ["rows": 3, "created": 2, "changed": 1, "unchanged": 0, "refused": 0],
            "\(done.text)"
        )
        let acme = try koi.request(.get, "/v1/customers/by/erp/C-1")
        #expect(acme["name"] == "Acme Ltd")
        #expect(acme["externalIds"].arrayValue?.count == 2)
        #expect(try koi.take(text, settings)["counts"]["unchanged"] == 2)
        let table = try koi.request(.get, "/v1/customers", fields: [("Accept", "text/csv")]).text
        #expect(try koi.take(table, ["mode": "update", "key": "id"])["counts"]["unchanged"] == 4)
    }

    @Test func `names people by their address or name`() throws {
        let koi = try TestApp()
        try koi.request(.post, "/v1/users", ["name": "张伟", "email": "zhang@koi.cn", "role": 1])
        let done = try koi.take("名称,负责人\nA,张伟\nB,zhang@koi.cn\nC,nobody\nD,2\n")
        #expect(done["counts"]["created"] == 3)
        #expect(try koi.request(.get, "/v1/customers?owner=2").items.count == 3)
    }

    @Test func `of cards becomes contacts`() throws {
        let koi = try TestApp()
        let cards = """
            BEGIN:VCARD\r\nVERSION:3.0\r\nN:李;明;;;\r\nTITLE:采购\r\nTEL;TYPE=CELL:13800138000\r\nEMAIL:l@x.cn\r
            BDAY:1985-04-12\r\nNOTE:a\\nb\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:Bad\r\nEMAIL:nothing\r\nEND:VCARD\r\n
            """
        let done = try koi.take(cards, as: "contacts", type: "text/vcard")
        #expect(done["format"] == "vcard")
        let contact = try koi.request(.get, "/v1/contacts/1")
        #expect(contact["name"] == "李明")
        #expect(contact["mobile"] == "13800138000")
        #expect(contact["birthday"] == "1985-04-12")
        #expect(contact["notes"] == "a\nb")
        let errors = try koi.request(.get, "/v1/imports/1/errors").text
        #expect(errors.contains("FN:Bad\r\n"))
        #expect(errors.contains("X-KOI-PROBLEM:line 10"), "\(errors)")
        let mended = errors.replacing("nothing", with: "n@x.cn")
        #expect(try koi.take(mended, as: "contacts", type: "text/vcard")["counts"]["created"] == 1)
    }

    @Test func `of JSON lines becomes records, with lists and objects as they are`() throws {
        let koi = try TestApp()
        let lines =
            "{\"name\":\"Acme\",\"tags\":[\"a;b\",\"c\"],\"size\":5}\n{\"name\":\"Beta\",\"size\":-1}\nnothing\n"
        let done = try koi.take(lines, type: "application/x-ndjson")
        #expect(done["counts"]["created"] == 1)
        #expect(try koi.request(.get, "/v1/customers/1")["tags"] == ["a;b", "c"])
        let errors = try koi.request(.get, "/v1/imports/1/errors").text.split(separator: "\n")
        #expect(errors.count == 2)
        #expect(errors.first?.contains("\"size\":-1,\"Koi line\":2,\"Koi problem\":") == true)
        #expect(
            try koi.take(String(errors[0]).replacing("-1", with: "1"), type: "application/x-ndjson")["counts"][
                "created"
            ] == 1
        )
    }

    @Test func `is told what is wrong with its mapping`() throws {
        let koi = try TestApp()
        try koi.upload("a,b\n1,2\n")
        for (settings, code): (JSONValue, String) in [
            (["mapping": ["name"]], "not_mapping"), (["mapping": ["name", "name"]], "repeated"),
            (["mapping": ["createdAt", nil]], "unknown_field"), (["mapping": [nil, nil]], "no_columns"),
            (["mapping": ["name", nil], "mode": "update"], "required"),
            (["mapping": ["region", nil], "mode": "update", "key": "region"], "not_a_key"),
            (["mode": "x"], "not_a_choice"),
        ] {
            let answer = try koi.request(.patch, "/v1/imports/1", settings)
            #expect(answer.status == .unprocessableContent)
            #expect(answer["errors"].arrayValue?.first?["code"].stringValue == code, "\(answer.text)")
        }
        #expect(try koi.request(.put, "/v1/imports/1/execution").status == .unprocessableContent)
    }
}

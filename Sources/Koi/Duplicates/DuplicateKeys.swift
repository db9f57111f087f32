import KoiJSON

/// What of a record's values another record of the same thing would have, too, brought to forms that can be compared.
///
/// Which values those are says the field list, by how each field is searched.
struct DuplicateKeys {
    struct Name {
        let field: String
        /// Folded, without its legal form: 重庆机械有限公司 and 重慶機械股份有限公司 are the same.
        let stem: String
        /// The stem as it is read aloud; nil where there is nothing Chinese in it.
        let pinyin: String?
    }

    private(set) var names: [Name] = []
    private(set) var phones: [(field: String, number: PhoneNumber)] = []
    private(set) var emails: [(field: String, address: String)] = []
    /// The domains of addresses and websites, without those that anybody can have an address of.
    private(set) var domains: [(field: String, domain: String)] = []
    private(set) var texts: [(field: String, text: String)] = []

    /// - Parameter fields: those that the actor sees in clear.
    init(_ record: Record, _ fields: [Field]) {
        for field in fields {
            guard let kind = field.search, let value = record[field.name].stringValue else { continue }
            switch kind {
            case .name: add(name: value, of: field.name)
            case .phone: phones += PhoneNumber.all(in: value).map { (field.name, $0) }
            case .email:
                emails.append((field.name, TextFolding.fold(value)))
                add(domain: value.split(separator: "@").last.map(String.init) ?? "", of: field.name)
            case .web: add(domain: DuplicateKeys.host(value), of: field.name)
            case .text, .code: add(text: value, of: field.name)
            }
        }
    }

    private mutating func add(name: String, of field: String) {
        let text = SearchText(name, limit: SearchTerms.nameLimit)
        var stem: [Unicode.Scalar] = []
        for run in text.runs {
            if run.kind == .ideographs {
                stem += LegalForm.stem(text[run])
            } else if stem.isEmpty || !CommonWord.isCompanyForm(text[run]) {
                stem += text[run]
            }
        }
        guard stem.count > 1 else { return }
        let plain = String(String.UnicodeScalarView(stem))
        let isSpoken = stem.contains(where: ScalarClass.isHan)
        names.append(
            Name(field: field, stem: plain, pinyin: isSpoken ? Pinyin.syllables(of: plain).joined() : nil)
        )
    }

    private mutating func add(domain: String, of field: String) {
        let domain = TextFolding.fold(domain)
        guard domain.contains("."), !DuplicateKeys.openDomains.contains(domain) else { return }
        domains.append((field, domain))
    }

    private mutating func add(text: String, of field: String) {
        let compact = SearchText(text, limit: SearchTerms.textLimit).compact
        guard compact.count >= 4 else { return }
        texts.append((field, String(String.UnicodeScalarView(compact))))
    }

    private static func host(_ address: String) -> String {
        let plain = TextFolding.fold(address)
        let rest = plain.split(separator: "/", omittingEmptySubsequences: false)
        let host = plain.contains("://") ? rest.dropFirst(2).first : rest.first
        let name = host.map { $0.prefix { !":?#".contains($0) } } ?? ""
        return String(name.hasPrefix("www.") ? name.dropFirst(4) : name)
    }

    /// Of those that give an address to anybody, the ones that are met most.
    private static let openDomains: Set<String> = [
        "qq.com", "163.com", "126.com", "139.com", "189.cn", "yeah.net", "sina.com", "sina.cn", "sohu.com",
        "foxmail.com", "aliyun.com", "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com",
        "msn.com", "yahoo.com", "icloud.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "proton.me",
    ]

    /// What to search for to find others with the same.
    var queries: [String] {
        var queries: [String] = []
        for name in names {
            queries.append(name.stem)
            if let pinyin = name.pinyin { queries.append(pinyin) }
        }
        queries += phones.map { String(decoding: $0.number.core, as: UTF8.self) }
        queries += emails.map(\.address)
        queries += domains.map(\.domain)
        queries += texts.map(\.text)
        return queries
    }
}

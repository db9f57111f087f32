import KoiJSON

/// What of a record's values another record of the same thing would have, too, brought to forms that can be compared.
///
/// Which values those are says the field list: by how each field is searched, and by what it tells (`Recognition`).
struct DuplicateTraits {
    /// One thing that both may have.
    struct Trait: Hashable {
        let field: String
        let kind: Duplicate.Reason.Kind
        let value: String
        /// Whether it belongs to a field by which records are recognised, and so leads to others by `duplicate_keys`.
        let isKey: Bool
    }

    /// Fewer are a short number, which many share.
    private static let shortestPhone = 7
    /// Characters of an address or account below which it tells nothing.
    private static let shortestText = 4
    /// Places of one record that count.
    private static let maximumPlaces = 10

    private(set) var all: [Trait] = []
    /// Addresses, which may have the name of a company in them.
    private(set) var addresses: [(field: String, text: String)] = []
    private(set) var stems: [(field: String, text: String)] = []

    /// - Parameter sees: tells the fields that count: those that the actor sees in clear.
    init(_ record: Record, where sees: (Field) -> Bool) {
        add(record, record.resource.searchedFields.filter(sees))
        addPlaces(record, sees)
    }

    /// Only those that lead to others by themselves.
    init(keysOf record: Record, where sees: (Field) -> Bool = { _ in true }) {
        let recognised = record.resource.recognised
        add(record, (recognised.alone + recognised.names).filter(sees))
        addPlaces(record, sees)
        all.removeAll { !$0.isKey }
    }

    private mutating func add(_ record: Record, _ fields: [Field]) {
        let isPerson = DuplicateTraits.isPerson(record)
        for field in fields {
            guard let kind = field.search, let value = record[field.name].stringValue else { continue }
            add(value, kind, field, isPerson)
        }
    }

    private static func isPerson(_ record: Record) -> Bool { record["kind"] == "person" }

    private mutating func add(_ value: String, _ kind: FieldText.Kind, _ field: Field, _ isPerson: Bool) {
        let isAlone = field.recognition == .alone
        func add(_ kind: Duplicate.Reason.Kind, _ value: String, isKey: Bool) {
            all.append(Trait(field: field.name, kind: kind, value: value, isKey: isKey))
        }
        switch kind {
        case .name:
            guard let stem = NameStem(value) else { return }
            let leads = field.recognition == .name && !isPerson
            stems.append((field.name, stem.text))
            add(.name, stem.text, isKey: leads)
            if let sound = stem.sound { add(.pinyin, sound, isKey: leads) }
        case .phone:
            for number in PhoneNumber.all(in: value)
            where number.core.count >= DuplicateTraits.shortestPhone && Set(number.core).count > 1 {
                add(.phone, String(decoding: number.core, as: UTF8.self), isKey: isAlone)
            }
        case .email:
            let address = TextFolding.fold(value)
            add(.email, address, isKey: isAlone)
            guard let domain = address.split(separator: "@").last.map(String.init) else { return }
            if SharedDomain.tells(domain) { add(.domain, domain, isKey: false) }
        case .web:
            let host = SharedDomain.host(of: value)
            guard SharedDomain.tells(host) else { return }
            add(.website, host, isKey: isAlone)
            add(.domain, host, isKey: false)
        case .text, .code:
            let compact = SearchText(value, limit: SearchTerms.textLimit).compact
            let text = String(String.UnicodeScalarView(compact))
            guard compact.count >= DuplicateTraits.shortestText, !(isAlone && Placeholder.contains(text, of: kind))
            else {
                return
            }
            add(isAlone ? (kind == .code ? .code : .account) : .text, text, isKey: isAlone)
            if field.recognition == .place { addresses.append((field.name, text)) }
        }
    }

    private mutating func addPlaces(_ record: Record, _ sees: (Field) -> Bool) {
        let recognised = record.resource.recognised
        let names = recognised.names.map(\.name)
        guard let name = stems.first(where: { names.contains($0.field) }) else { return }
        let isPerson = DuplicateTraits.isPerson(record)
        for field in recognised.places where sees(field) && !(isPerson && field.recognition == .placeOfCompany) {
            for place in DuplicateTraits.places(record, field).prefix(DuplicateTraits.maximumPlaces) {
                all.append(Trait(field: field.name, kind: .place, value: name.text + "\u{0}" + place, isKey: true))
            }
        }
    }

    private static func places(_ record: Record, _ field: Field) -> [String] {
        if case .links(let links) = field.kind {
            return links.targets(record[field.name]).sorted().map(String.init)
        }
        let text = record[field.name].stringValue ?? ""
        let compact = SearchText(text, limit: SearchTerms.textLimit).compact
        return compact.count < 2 ? [] : [String(String.UnicodeScalarView(compact))]
    }

    /// What to search for to find others with the same.
    var queries: [String] {
        all.compactMap { trait in
            switch trait.kind {
            case .website, .place: nil
            default: trait.value
            }
        }
    }
}

/// Domains that many share, and so tell nothing of who uses them.
enum SharedDomain {
    /// Whether a domain is one's own: neither it nor one that it belongs to is shared.
    static func tells(_ domain: String) -> Bool {
        var rest = domain[...]
        while rest.contains(".") {
            if mail.contains(String(rest)) || platforms.contains(String(rest)) { return false }
            rest = rest.drop { $0 != "." }.dropFirst()
        }
        return domain.contains(".")
    }

    /// The host of a website, folded, without `www`.
    static func host(of address: String) -> String {
        let plain = TextFolding.fold(address)
        let rest = plain.split(separator: "/", omittingEmptySubsequences: false)
        let host = plain.contains("://") ? rest.dropFirst(2).first : rest.first
        let name = host.map { $0.prefix { !":?#".contains($0) } } ?? ""
        return String(name.hasPrefix("www.") ? name.dropFirst(4) : name)
    }

    /// Of those that give an address to anybody, the ones that are met most.
    private static let mail: Set<String> = [
        "qq.com", "163.com", "126.com", "139.com", "189.cn", "yeah.net", "sina.com", "sina.cn", "sohu.com",
        "foxmail.com", "aliyun.com", "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com",
        "msn.com", "yahoo.com", "icloud.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "proton.me",
    ]

    /// Of those that give a page to anybody.
    private static let platforms: Set<String> = [
        "taobao.com", "tmall.com", "1688.com", "alibaba.com", "jd.com", "weibo.com", "baidu.com", "weixin.com",
        "douyin.com", "xiaohongshu.com", "bilibili.com", "zhihu.com", "google.com", "bing.com", "x.com", "twitter.com",
        "youtube.com", "facebook.com", "linkedin.com", "instagram.com", "amazon.com", "amazon.cn",
        "ebay.com", "etsy.com", "github.com",
    ]
}

/// What people write where a form wants a number or an account and they have none.
enum Placeholder {
    /// Letters and digits of the shortest account; those of WeChat have six characters, of which some may be signs.
    private static let shortestAccount = 5

    /// - Parameter text: folded, without spaces and signs.
    static func contains(_ text: String, of kind: FieldText.Kind) -> Bool {
        let isPlain = text.utf8.allSatisfy { $0 < 0x80 }
        let hasDigit = text.utf8.contains { 0x30...0x39 ~= $0 }
        // A register numbers what it has.
        if kind == .code { return !hasDigit || Set(text).count == 1 }
        return !isPlain || text.utf8.count < shortestAccount || Set(text).count == 1 || words.contains(text)
    }

    private static let words: Set<String> = [
        "unknown", "pending", "missing", "wechat", "weixin", "sameasphone", "sameasmobile", "notyet", "12345", "123456",
    ]
}

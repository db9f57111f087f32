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

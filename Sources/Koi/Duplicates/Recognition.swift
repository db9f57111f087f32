/// What a field tells of whether two records are of the same thing.
package enum Recognition: Sendable, Equatable {
    /// The same value by itself is hardly a coincidence: a number, an address of one's own.
    case alone
    /// The name of a company, of which there are not many; together with a place it is hardly a coincidence.
    case name
    /// The name of a person, which tells only together with a place.
    case personName
    /// What tells those of the same name apart: an address, the company of a person.
    case place
    /// The same for companies; people of one name live in every town.
    case placeOfCompany
}

/// How the records of a resource are recognised, from its field list.
struct RecognisedFields: Sendable {
    let alone: [Field]
    let names: [Field]
    let places: [Field]

    init(_ fields: [Field]) {
        alone = fields.filter { $0.recognition == .alone }
        names = fields.filter { $0.recognition == .name || $0.recognition == .personName }
        places = fields.filter { $0.recognition == .place || $0.recognition == .placeOfCompany }
    }

    var isEmpty: Bool { alone.isEmpty && names.isEmpty }
}

/// Latin words that so many records have that they tell nothing apart.
enum CommonWord {
    private static let addressParts = list(["com", "cn", "net", "org", "www", "http", "https"])
    private static let companyForms = list([
        "ag", "bv", "co", "company", "corp", "corporation", "gmbh", "inc", "kg", "limited", "llc",
        "ltd",
        "plc", "sa", "sarl", "srl",
    ])

    /// Whether internet addresses are made of this word; it is not indexed, and in a query it
    /// restricts nothing before verification.
    static func isPartOfAddresses(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        word.count <= 5 && addressParts.contains { $0[...] == word }
    }

    /// Whether the word names a kind of company, which is looked up only where it stands alone.
    static func isCompanyForm(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        word.count <= 11 && companyForms.contains { $0[...] == word }
    }

    private static func list(_ words: [String]) -> [[Unicode.Scalar]] {
        words.map { Array($0.unicodeScalars) }
    }
}

/// What of internet addresses is worth searching.
enum WebAddress {
    private static let schemeEnd = Array("://".unicodeScalars)
    private static let www = Array("www.".unicodeScalars)

    /// The host of an address, without `www`.
    static func searchText(_ address: String) -> SearchText {
        let scalars = TextFolding.scalars(of: address, limit: SearchTerms.textLimit)
        var host = scalars[...]
        for index in scalars.indices where scalars[index...].starts(with: schemeEnd) {
            host = scalars[(index + schemeEnd.count)...]
            break
        }
        host = host.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if host.starts(with: www) { host = host.dropFirst(www.count) }
        return SearchText(folded: host)
    }
}

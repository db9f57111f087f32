package import KoiHTTP

extension OptionValue {
    /// Addresses, ranges of them and `unix`, apart by commas; `none` alone for no proxy.
    package static func proxies(_ text: String) throws(ValueSentence) -> TrustedProxies {
        var proxies = TrustedProxies()
        if text == "none" { return proxies }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let name = String(part).trimmingSpaces
            if name == "unix" {
                proxies.includesUnixSockets = true
            } else if let range = AddressRange(name) {
                proxies.ranges.append(range)
            } else {
                throw ValueSentence("give an IP address such as 127.0.0.1, a range such as 10.0.0.0/8, or unix.")
            }
        }
        return proxies
    }
}

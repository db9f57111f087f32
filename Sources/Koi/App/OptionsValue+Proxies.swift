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

    /// Addresses and ranges of them, apart by commas; `none` alone for none.
    package static func addressPolicy(_ text: String) throws(ValueSentence) -> AddressPolicy {
        var policy = AddressPolicy()
        if text == "none" { return policy }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let range = AddressRange(String(part).trimmingSpaces) else {
                throw ValueSentence("give an IP address such as 10.1.2.3, or a range such as 10.1.0.0/16.")
            }
            policy.allowed.append(range)
        }
        return policy
    }
}

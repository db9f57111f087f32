import KoiHTTP

/// What browsers are told with every file of the pages.
enum PageSecurity {
    static let fields = fields(formsTo: nil)

    /// The same for a page with a form that leads on to another site: where a form may lead holds for redirects, too.
    ///
    /// - Parameter target: a URL; what cannot stand in the policy is left out.
    static func fields(formsTo target: String?) -> Fields {
        let origin = target.flatMap(origin)
        return Fields([("Content-Security-Policy", policy(formsTo: origin))] + others)
    }

    private static let others = [
        // A search has its words in the address.
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ]

    /// Nothing from another host, no script or style within a page, no page within a page of others.
    private static func policy(formsTo origin: String?) -> String {
        [
            "default-src 'self'", "base-uri 'none'", "object-src 'none'",
            "form-action 'self'" + (origin.map { " " + $0 } ?? ""), "frame-ancestors 'none'",
        ].joined(separator: "; ")
    }

    /// Scheme, host and port; nil where they have anything in them that a policy gives a meaning.
    private static func origin(of url: String) -> String? {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count > 2, ["https:", "http:"].contains(parts[0].lowercased()), parts[1].isEmpty,
            !parts[2].isEmpty,
            parts[2].utf8.allSatisfy({ byte in
                let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                return isLetter || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || ".-:[]".utf8.contains(byte)
            })
        else { return nil }
        return parts[0] + "//" + parts[2]
    }
}

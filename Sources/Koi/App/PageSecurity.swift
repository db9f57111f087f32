import KoiHTTP

/// What browsers are told with every file of the pages.
enum PageSecurity {
    static let fields = Fields([
        ("Content-Security-Policy", policy),
        // A search has its words in the address.
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ])

    /// Nothing from another host, no script or style within a page, no page within a page of others.
    private static let policy = [
        "default-src 'self'", "base-uri 'none'", "object-src 'none'", "form-action 'self'",
        "frame-ancestors 'none'",
    ].joined(separator: "; ")
}

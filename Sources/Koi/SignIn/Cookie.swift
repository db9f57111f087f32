import KoiHTTP

/// The cookies of Koi (RFC 6265): no script can read them, and no other site makes a browser send them.
enum Cookie: String {
    /// Who is signed in.
    case session = "koi_session"
    /// Which browser this is, also when nobody is signed in.
    case device = "koi_device"

    /// The value that a browser sent; nil where there is none.
    func value(in fields: Fields) -> String? {
        fields.cookies.first { $0.name == rawValue && !$0.value.isEmpty }?.value
    }

    /// What has the browser keep a value: the value of a `Set-Cookie` field.
    func keeping(_ value: String, seconds: Int64, isSecure: Bool) -> String {
        rawValue + "=" + value + "; Path=/; Max-Age=" + String(seconds) + "; HttpOnly; SameSite=Strict"
            + (isSecure ? "; Secure" : "")
    }

    /// What has the browser forget it.
    func ending(isSecure: Bool) -> String {
        keeping("", seconds: 0, isSecure: isSecure)
    }
}

/// Numbers as a person reads them at a glance: three digits and a unit.
enum Amount {
    static func rate(_ value: Double) -> String { number(value) + "/s" }

    static func count(_ value: Double) -> String {
        number(value.rounded() == value ? value : (value * 10).rounded() / 10)
    }

    /// `12`, `1.5`, `1,234`, `1.2M`.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        if value == 0 { return "0" }
        if value < 0.1 { return "<0.1" }
        if value < 10, value.rounded() != value { return digits(value, 1) }
        if value < 100_000 { return grouped(digits(value, 0)) }
        return value < 10_000_000 ? digits(value / 1e6, 1) + "M" : digits(value / 1e6, 0) + "M"
    }

    static func bytes(_ value: Double) -> String {
        var rest = value
        for unit in ["B", "kB", "MB", "GB"] {
            if rest < 1_000 { return digits(rest, rest < 10 && unit != "B" ? 1 : 0) + " " + unit }
            rest /= 1_000
        }
        return digits(rest, 1) + " TB"
    }

    /// - Parameter seconds: nil where there were none.
    static func time(_ seconds: Double?) -> String {
        guard let seconds, seconds.isFinite else { return "-" }
        switch seconds {
        case ..<0.001: return digits(seconds * 1e6, 0) + " µs"
        case ..<0.01: return digits(seconds * 1e3, 1) + " ms"
        case ..<1: return digits(seconds * 1e3, 0) + " ms"
        default: return digits(seconds, 1) + " s"
        }
    }

    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "-" }
        let whole = Int64(seconds)
        let (days, hours, minutes) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60)
        if days > 0 { return "\(days) d \(hours) h" }
        if hours > 0 { return "\(hours) h \(minutes) min" }
        return minutes > 0 ? "\(minutes) min \(whole % 60) s" : "\(whole) s"
    }

    private static func digits(_ value: Double, _ places: Int) -> String {
        let scale = places == 0 ? 1.0 : 10.0
        let scaled = (value * scale).rounded()
        guard scaled.isFinite, abs(scaled) < 9e18 else { return "-" }
        let whole = Int64(scaled)
        return places == 0 ? String(whole) : "\(whole / 10).\(abs(whole % 10))"
    }

    private static func grouped(_ digits: String) -> String {
        guard digits.count > 3 else { return digits }
        return digits.dropLast(3) + "," + digits.suffix(3)
    }
}

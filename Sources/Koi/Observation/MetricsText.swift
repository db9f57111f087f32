/// Writes metrics as Prometheus reads them (text format 0.0.4).
struct MetricsText {
    enum Kind: String {
        case counter
        case gauge
        case histogram
    }

    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    init() {
        text.reserveCapacity(32 << 10)
    }

    /// Begins a metric, whose samples must follow.
    mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// - Parameter labels: names that are plain, and values that may hold anything.
    mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: String) {
        text += name
        if !labels.isEmpty {
            text += "{"
            for (index, (label, value)) in labels.enumerated() {
                if index > 0 { text += "," }
                text += "\(label)=\"\(MetricsText.escaped(value))\""
            }
            text += "}"
        }
        text += " \(value)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: some BinaryInteger) {
        sample(name, labels, String(value))
    }

    /// A metric of one number.
    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: some BinaryInteger) {
        begin(name, kind, help)
        sample(name, [], value)
    }

    mutating func seconds(_ name: String, _ kind: Kind, _ help: String, nanoseconds: UInt64) {
        begin(name, kind, help)
        sample(name, [], MetricsText.seconds(nanoseconds))
    }

    /// The samples of a histogram.
    ///
    /// - Parameters:
    ///   - bounds: upper bounds as they are written.
    ///   - counts: for each bound those above the one before, and behind them those above all.
    mutating func histogram(
        _ name: String,
        _ labels: [(String, String)] = [],
        bounds: [String],
        counts: [UInt64],
        sum: String
    ) {
        var total: UInt64 = 0
        for (bound, count) in zip(bounds + ["+Inf"], counts) {
            total += count
            sample(name + "_bucket", labels + [("le", bound)], total)
        }
        sample(name + "_sum", labels, sum)
        sample(name + "_count", labels, total)
    }

    static func seconds(_ nanoseconds: UInt64) -> String {
        String(Double(nanoseconds) / 1e9)
    }

    private static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\"") || $0 == 10 }) else {
            return value
        }
        return value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}

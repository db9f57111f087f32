/// Metrics as they were read, in the text format of Prometheus.
package struct MetricsReading: Sendable {
    struct Sample: Sendable {
        let labels: [String: String]
        let value: Double
    }

    private var samples: [String: [Sample]] = [:]

    /// What no line says is not there; lines that cannot be read are passed over.
    package init(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let (name, sample) = MetricsReading.sample(line) else { continue }
            samples[name, default: []].append(sample)
        }
    }

    package var isEmpty: Bool { samples.isEmpty }

    /// All samples of a metric that have these labels.
    func all(_ name: String, _ labels: [String: String] = [:]) -> [Sample] {
        (samples[name] ?? []).filter { sample in labels.allSatisfy { sample.labels[$0.key] == $0.value } }
    }

    /// The sum of all samples of a metric that have these labels.
    func sum(_ name: String, _ labels: [String: String] = [:]) -> Double {
        all(name, labels).reduce(0) { $0 + $1.value }
    }

    /// A histogram with these labels, several of them together.
    func histogram(_ name: String, _ labels: [String: String] = [:]) -> Histogram {
        var counts: [Double: Double] = [:]
        for bucket in all(name + "_bucket", labels) {
            guard let bound = bucket.labels["le"].flatMap(MetricsReading.number) else { continue }
            counts[bound, default: 0] += bucket.value
        }
        return Histogram(
            buckets: counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
            sum: sum(name + "_sum", labels),
            count: sum(name + "_count", labels)
        )
    }

    private static func sample(_ line: Substring) -> (String, Sample)? {
        let name = line.prefix { $0 != "{" && $0 != " " }
        var rest = line[name.endIndex...]
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest.removeFirst()
            while let first = rest.first, first != "}" {
                guard let (label, value) = label(&rest) else { return nil }
                labels[label] = value
                if rest.first == "," { rest.removeFirst() }
            }
            guard rest.first == "}" else { return nil }
            rest.removeFirst()
        }
        guard !name.isEmpty, let value = number(rest.trimmingPrefix(" ").prefix { $0 != " " }) else { return nil }
        return (String(name), Sample(labels: labels, value: value))
    }

    /// Takes `name="value"` from the front.
    private static func label(_ rest: inout Substring) -> (String, String)? {
        guard let equals = rest.firstIndex(of: "=") else { return nil }
        let name = String(rest[..<equals])
        rest = rest[equals...].dropFirst()
        guard rest.first == "\"" else { return nil }
        rest.removeFirst()
        var value = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return (name, value)
            case "\\":
                guard let escaped = rest.popFirst() else { return nil }
                value.append(escaped == "n" ? "\n" : escaped)
            default: value.append(character)
            }
        }
        return nil
    }

    private static func number(_ text: some StringProtocol) -> Double? {
        text == "+Inf" ? .infinity : Double(text)
    }
}

/// How often values were up to each of some bounds.
package struct Histogram: Sendable {
    /// Upper bounds, the last of which is infinite, with how many were up to it.
    let buckets: [(bound: Double, count: Double)]
    let sum: Double
    let count: Double

    var mean: Double? { count > 0 ? sum / count : nil }

    /// What came after an earlier reading of the same histogram.
    func since(_ earlier: Histogram) -> Histogram {
        let before = Dictionary(earlier.buckets.map { ($0.bound, $0.count) }, uniquingKeysWith: { first, _ in first })
        return Histogram(
            buckets: buckets.map { ($0.bound, max(0, $0.count - (before[$0.bound] ?? 0))) },
            sum: max(0, sum - earlier.sum),
            count: max(0, count - earlier.count)
        )
    }

    /// The value that a share of all does not exceed, as if those of a bucket were spread evenly; nil where there is none.
    ///
    /// Of what lies above all bounds only the last of them is known.
    func quantile(_ share: Double) -> Double? {
        guard let total = buckets.last?.count, total > 0 else { return nil }
        let rank = share * total
        var below = (bound: 0.0, count: 0.0)
        for bucket in buckets {
            guard bucket.count < rank else {
                guard bucket.bound.isFinite else { return below.bound }
                let inside = bucket.count - below.count
                guard inside > 0 else { return bucket.bound }
                return below.bound + (bucket.bound - below.bound) * (rank - below.count) / inside
            }
            below = bucket
        }
        return below.bound
    }
}

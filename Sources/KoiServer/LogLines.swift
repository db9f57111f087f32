import Koi
import Logging

/// The log: one line for each entry on standard error, with the time in UTC.
struct LogLines: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    static func logger(_ level: Logger.Level) -> Logger {
        Logger(label: "koi") { _ in LogLines(logLevel: level) }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line = "\(Timestamp.text(Clock.system.now())) \(event.level.rawValue): \(event.message)"
        let all = metadata.merging(event.metadata ?? [:]) { _, own in own }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(value)" }
        Output.explain(LogLines.printable(line))
    }

    /// Control characters from outside, such as line breaks that would look like further entries, are written as escapes.
    private static func printable(_ line: String) -> String {
        guard line.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            return line
        }
        return line.unicodeScalars.map {
            $0.properties.generalCategory == .control
                ? "\\u{\(String($0.value, radix: 16))}" : String($0)
        }.joined()
    }
}

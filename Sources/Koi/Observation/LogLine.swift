import KoiHTTP
import KoiJSON
package import Logging

/// Makes the lines of the log, in both formats, each with its line end.
///
/// Whatever comes from outside is escaped, so that nothing can look like a line of its own or command a terminal.
package struct LogLine: Sendable {
    package let format: LogFormat

    package init(_ format: LogFormat) {
        self.format = format
    }

    /// A line about Koi itself.
    ///
    /// - Parameter time: milliseconds since 1970.
    package func message(
        _ text: String,
        _ level: Logger.Level,
        _ metadata: [(String, String)],
        at time: Int64
    ) -> [UInt8] {
        switch format {
        case .json:
            var json = JSONWriter(capacity: 256)
            json.beginObject()
            begin(&json, time, level)
            json.key("message")
            json.string(text)
            for (key, value) in metadata where !LogLine.reserved.contains(key) {
                json.key(key)
                json.string(value)
            }
            json.endObject()
            return json.bytes + [UInt8(ascii: "\n")]
        case .text(let isColoured):
            let paint = Paint(isOn: isColoured)
            var line = "\(paint.dim(Timestamp.text(time))) \(paint.level(level)): \(LogLine.printable(text))"
            for (key, value) in metadata { line += " \(LogLine.printable(key))=\(LogLine.printable(value))" }
            return Array((line + "\n").utf8)
        }
    }

    /// Of each object the members that are always there.
    static let reserved: Set<String> = ["time", "level", "message"]

    func begin(_ json: inout JSONWriter, _ time: Int64, _ level: Logger.Level) {
        json.key("time")
        json.string(Timestamp.text(time))
        json.key("level")
        json.string(level.rawValue)
    }

    /// Control characters as escapes.
    static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        return text.unicodeScalars.map {
            $0.properties.generalCategory == .control ? "\\u{\(String($0.value, radix: 16))}" : String($0)
        }.joined()
    }
}

/// The colours of a terminal, where there is one.
struct Paint: Sendable {
    let isOn: Bool

    func dim(_ text: String) -> String { paint("2", text) }
    func bold(_ text: String) -> String { paint("1", text) }
    func red(_ text: String) -> String { paint("31", text) }
    func green(_ text: String) -> String { paint("32", text) }
    func yellow(_ text: String) -> String { paint("33", text) }
    func cyan(_ text: String) -> String { paint("36", text) }
    func inverse(_ text: String) -> String { paint("7", text) }

    func level(_ level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: dim(level.rawValue)
        case .info: green(level.rawValue)
        case .notice: cyan(level.rawValue)
        case .warning: yellow(level.rawValue)
        case .error, .critical: red(level.rawValue)
        }
    }

    /// A status by its class.
    func status(_ code: Int?) -> String {
        guard let code else { return red("---") }
        switch code {
        case ..<300: return green(String(code))
        case ..<400: return cyan(String(code))
        case ..<500: return yellow(String(code))
        default: return red(String(code))
        }
    }

    private func paint(_ code: String, _ text: String) -> String {
        isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

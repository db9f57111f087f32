import Glibc
import Koi
import Logging

/// The log of Koi itself, on standard error: through the sink of a server, or, for a command that is soon over, at once.
struct LogLines: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    private let sink: LogSink?

    /// The log of a server.
    static func logger(_ level: Logger.Level, _ sink: LogSink) -> Logger {
        Logger(label: "koi") { _ in LogLines(logLevel: level, sink: sink) }
    }

    /// The log of a command, for whoever has called it.
    static func logger(_ level: Logger.Level) -> Logger {
        Logger(label: "koi") { _ in LogLines(logLevel: level, sink: nil) }
    }

    /// Where a server logs.
    static func sink(_ configuration: Configuration) -> LogSink {
        let format = LogFormat(
            configuration.logFormat,
            isTerminal: isatty(STDERR_FILENO) == 1,
            allowsColour: getenv("NO_COLOR") == nil
        )
        return LogSink(format, descriptor: STDERR_FILENO)
    }

    private init(logLevel: Logger.Level, sink: LogSink?) {
        self.logLevel = logLevel
        self.sink = sink
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, own in own }
            .sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        let text = "\(event.message)"
        if let sink { return sink.log(text, event.level, all) }
        let line = LogLine(.text(isColoured: false)).message(text, event.level, all, at: Clock.system.now())
        Output.explain(String(decoding: line.dropLast(), as: UTF8.self))
    }
}

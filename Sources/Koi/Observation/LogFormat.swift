/// How lines of the log are written.
package enum LogFormat: Sendable, Equatable {
    /// An object for each line, for programs.
    case json
    /// For people; coloured on a terminal.
    case text(isColoured: Bool)

    /// What an option asks for.
    package enum Choice: String, Sendable, CaseIterable {
        case json
        case text
        /// Text on a terminal, else JSON.
        case auto
    }

    /// - Parameters:
    ///   - isTerminal: whether the log goes to one.
    ///   - allowsColour: whether whoever reads it wants colours (`NO_COLOR` says that not).
    package init(_ choice: Choice, isTerminal: Bool, allowsColour: Bool = true) {
        switch choice {
        case .json: self = .json
        case .text: self = .text(isColoured: isTerminal && allowsColour)
        case .auto: self = isTerminal ? .text(isColoured: allowsColour) : .json
        }
    }
}

/// Which requests have a line in the log.
package enum LoggedRequests: String, Sendable, CaseIterable {
    case off
    /// Those that took half a second or longer, that were broken off, and that failed in Koi (5xx).
    case slow
    case all

    /// In nanoseconds.
    static let slowness: UInt64 = 500_000_000
}

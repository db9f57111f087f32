/// Who asks.
///
/// Every transaction carries one, and every event names it.
package struct Actor: Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// A person or system that showed an API key.
        case key
        /// Koi itself: the command line beside the server, jobs, the demo company.
        case system
    }

    package let kind: Kind
    /// The user on whose behalf the actor works; nil for Koi itself.
    package let user: Int64?
    /// The key that was shown, if any.
    package let key: Int64?
    /// The IANA name of the time zone in which this actor's dates begin.
    package let timeZone: String

    package init(kind: Kind, user: Int64?, key: Int64? = nil, timeZone: String = "UTC") {
        self.kind = kind
        self.user = user
        self.key = key
        self.timeZone = timeZone
    }

    package static let system = Actor(kind: .system, user: nil)

    /// The number that events store for this kind of actor: the key's or user's id.
    package var id: Int64? { key ?? user }
}

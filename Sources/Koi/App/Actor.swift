import KoiHTTP

/// Who asks, and what it may do.
///
/// Every transaction carries one, and every event names it.
package struct Actor: Sendable {
    package enum Kind: String, Sendable {
        /// A person or system that showed an API key.
        case key
        /// A person who signed in.
        case session
        /// Whoever holds a link that allows one thing.
        case link
        /// Koi itself: the command line beside the server, jobs, the demo company.
        case system
    }

    package let kind: Kind
    /// The user on whose behalf the actor works; nil for Koi itself.
    package let user: Int64?
    /// The key that was shown, if any.
    package let key: Int64?
    /// The session, where a person signed in.
    package let session: Int64?
    /// The IANA name of the time zone in which this actor's dates begin.
    package let timeZone: String
    /// What the actor may do, applied where queries are built.
    package let access: Access

    package init(
        kind: Kind,
        user: Int64?,
        key: Int64? = nil,
        session: Int64? = nil,
        timeZone: String = "UTC",
        access: Access
    ) {
        self.kind = kind
        self.user = user
        self.key = key
        self.session = session
        self.timeZone = timeZone
        self.access = access
    }

    /// The same actor, with days that begin in another zone.
    func keeping(timeZone: String) -> Actor {
        Actor(kind: kind, user: user, key: key, session: session, timeZone: timeZone, access: access)
    }

    package static let system = Actor(kind: .system, user: nil, access: .full)

    /// The number that events store for this kind of actor: the key's, session's or user's id.
    package var id: Int64? { key ?? session ?? user }
}

extension Actor {
    /// - Throws: `Problem` 403 where the actor has no right of this kind to a resource or area.
    package func require(_ verb: Verb, on name: String) throws {
        guard access.allows(verb, on: name) else { throw Problem.notPermitted(verb, name) }
    }

    /// The users whose part of an area a right reaches; nil for all of it, with what Koi itself did.
    func users(within verb: Verb, on area: Area) -> [Int64]? {
        access.users(within: access.scope(verb, on: area.rawValue))
    }
}

extension Problem {
    /// What the actor may see, but not do.
    package static func notPermitted(_ verb: Verb, _ what: String) -> Problem {
        forbidden(
            "not_permitted",
            "Your role does not allow this: it needs the right \(what).\(verb.rawValue). Ask an administrator.",
            "您的角色没有此权限（\(what).\(verb.rawValue)），请联系管理员。"
        )
    }

    package static func forbidden(_ code: String, _ en: String, _ zh: String) -> Problem {
        Problem(.forbidden, code, Text(en, zh))
    }
}

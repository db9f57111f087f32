import KoiHTTP

extension RequestTrace {
    /// Notes who asked, where that is known and means something: routes that are open to anyone are served in Koi's own
    /// name.
    mutating func note(_ asked: AskedRequest) {
        quota = asked.spending?.quota
        guard !asked.route.access.isAnybody, let actor = asked.actor else { return }
        actorKind = actor.kind.number
        self.actor = actor.id
    }
}

extension Actor.Kind {
    /// Its number in a trace.
    var number: UInt8 {
        switch self {
        case .key: 0
        case .session: 1
        case .link: 2
        case .system: 3
        }
    }

    init?(number: UInt8) {
        guard let kind = [Actor.Kind.key, .session, .link, .system].first(where: { $0.number == number }) else {
            return nil
        }
        self = kind
    }
}

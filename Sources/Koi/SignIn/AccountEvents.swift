import KoiSQLite

extension EventSubject {
    /// What protects a user's account, for events that say so.
    ///
    /// It is no record, so that the events stand on nobody's timeline, and only who may read all events sees them.
    static func account(of user: Int64) -> EventSubject {
        EventSubject(resource: "accounts", id: user)
    }
}

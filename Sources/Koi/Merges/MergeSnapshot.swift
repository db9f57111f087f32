import KoiJSON

/// What a merge remembers beside the fields that it changed.
struct MergeSnapshot {
    /// Both records as they were, all fields.
    var survivor: JSONObject
    var loser: JSONObject
    /// With whom the loser was shared and the survivor was not.
    var collaborators: [Collaborator] = []
    /// The numbers of the notifications that were about the loser.
    var notifications: [Int64] = []
    /// What the survivor has said of messages.
    var consents = MergedConsents.Change()
    /// The numbers of the recipients of messages that were the loser.
    var recipients: [Int64] = []
    /// Of which records the survivor was not said before that they are not the same.
    var distinct: [Int64] = []

    init(survivor: Record, loser: Record) {
        self.survivor = MergeSnapshot.values(of: survivor)
        self.loser = MergeSnapshot.values(of: loser)
    }

    init(stored: JSONObject) {
        survivor = stored["survivor"]?.objectValue ?? [:]
        loser = stored["loser"]?.objectValue ?? [:]
        collaborators = (stored["collaborators"]?.arrayValue ?? []).compactMap(Collaborator.init(terms:))
        notifications = (stored["notifications"]?.arrayValue ?? []).compactMap(\.integerValue)
        consents = MergedConsents.Change(stored: stored["consents"])
        recipients = (stored["recipients"]?.arrayValue ?? []).compactMap(\.integerValue)
        distinct = (stored["distinct"]?.arrayValue ?? []).compactMap(\.integerValue)
    }

    var stored: JSONValue {
        [
            "survivor": .object(survivor), "loser": .object(loser),
            "collaborators": .array(collaborators.map(\.json)),
            "notifications": .array(notifications.map(JSONValue.integer)), "consents": consents.stored,
            "recipients": .array(recipients.map(JSONValue.integer)),
            "distinct": .array(distinct.map(JSONValue.integer)),
        ]
    }

    private static func values(of record: Record) -> JSONObject {
        JSONObject(zip(record.resource.fields, record.values).map { .init(name: $0.name, value: $1) })
    }
}

extension Collaborator {
    /// As `json` has it.
    init?(terms: JSONValue) {
        guard let terms = terms.objectValue, let user = terms["user"]?.integerValue,
            let level = terms["access"]?.stringValue.flatMap(Level.init(rawValue:))
        else { return nil }
        self.init(
            user: user,
            level: level,
            expiresAt: terms["expiresAt"]?.stringValue.flatMap(Timestamp.read),
            createdAt: terms["createdAt"]?.stringValue.flatMap(Timestamp.read) ?? 0
        )
    }
}

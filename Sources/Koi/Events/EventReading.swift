import KoiSQLite

/// One snapshot in which several listeners read, and what of it they share.
package final class EventReading {
    let connection: Connection
    /// That of the key ring before the snapshot: what was forgotten since must not be remembered by what is seen here.
    let generation: Int
    /// The newest event that is told.
    let head: Int64
    private var parts: [EventPart.Key: EventPart] = [:]

    /// The snapshot begins here, with the first that is read.
    ///
    /// - Parameter head: that of the hub before the snapshot.
    init(_ connection: Connection, _ keys: KeyRing, through head: Int64) throws {
        self.connection = connection
        generation = keys.generation
        self.head = min(head, try EventLog.head(connection).sequence)
    }

    /// What was read before for a listener who sees the same, or else what `read` makes.
    func part(_ key: EventPart.Key, _ read: () throws -> EventPart) rethrows -> EventPart {
        if let known = parts[key] { return known }
        let part = try read()
        parts[key] = part
        return part
    }
}

/// A part of the log as one or several actors see it.
struct EventPart {
    /// What decides what is in it.
    struct Key: Hashable {
        let access: ObjectIdentifier
        let query: UInt64
        let after: Int64
    }

    /// Kept, so that no other gets its identity meanwhile.
    let access: Access
    /// Whole events, as they are sent.
    let bytes: [UInt8]
    /// Up to where it goes.
    let through: Int64
    /// What of it is held back from others: whoever is sent the part has seen it.
    let sightings: Sightings
}

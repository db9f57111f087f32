/// The connections of a loop that rest, the longest first: those that give way where there are too many.
///
/// They are not kept in order all the time, which every request would pay for, but looked for when they are needed, and
/// remembered for a while: a flood of connections costs a look at all of them once in a hundred times.
struct RestingConnections {
    private struct Candidate {
        let id: ConnectionID
        let since: Int
    }

    /// The longest resting last.
    private var candidates: [Candidate] = []
    private var address: String?
    private var expiry = Int.min

    /// How many are remembered, and for how many milliseconds, be there any or none.
    private static let maximum = 128
    private static let validity = 20

    /// The connection that has rested for longest; each is named once.
    ///
    /// - Parameters:
    ///   - address: of this address only, where one is given.
    ///   - connections: all of the loop.
    mutating func next(of address: String?, in connections: [Connection?], now: Int) -> Connection? {
        if now >= expiry || self.address != address {
            look(for: address, in: connections, now: now)
            expiry = now + RestingConnections.validity
        } else if candidates.isEmpty, isCutOff {
            look(for: address, in: connections, now: now)
        }
        while let candidate = candidates.popLast() {
            let slot = Int(candidate.id.slot)
            guard slot < connections.count, let connection = connections[slot], connection.id == candidate.id,
                connection.restingSince(now) == candidate.since
            else { continue }
            return connection
        }
        return nil
    }

    /// Whether there were more than are remembered.
    private var isCutOff = false

    private mutating func look(for address: String?, in connections: [Connection?], now: Int) {
        self.address = address
        candidates.removeAll(keepingCapacity: true)
        for case let connection? in connections {
            guard address == nil || connection.address == address, let since = connection.restingSince(now)
            else { continue }
            candidates.append(Candidate(id: connection.id, since: since))
        }
        candidates.sort { $0.since > $1.since }
        isCutOff = candidates.count > RestingConnections.maximum
        if isCutOff { candidates.removeFirst(candidates.count - RestingConnections.maximum) }
    }
}

import Synchronization

/// Counting connections as they come and go.
extension Service {
    /// Connections beyond the limits that are still told so; further ones of an address are closed at once, and further ones
    /// of all addresses wait to be accepted.
    static let refusedConnections = 64
    static let refusedConnectionsPerAddress = 16

    /// Whether another connection may be accepted.
    var hasRoom: Bool {
        connections.load(ordering: .relaxed) < limits.connections + Service.refusedConnections
    }

    /// Counts an accepted connection.
    ///
    /// - Returns: nil where its address has so many that it is not even worth an answer; it is then not counted.
    func arrive(_ descriptor: Int32, _ peer: Peer) -> Arrival? {
        counts.accepted.add(1, ordering: .relaxed)
        let address = countedAddress(of: peer)
        let ofAddress = address.map(addresses.add) ?? 0
        guard ofAddress <= limits.connectionsPerAddress + Service.refusedConnectionsPerAddress else {
            if let address { addresses.remove(address) }
            counts.refused.add(1, ordering: .relaxed)
            return nil
        }
        let all = connections.add(1, ordering: .relaxed).newValue
        var arrival = Arrival(descriptor: descriptor, peer: peer, address: address)
        if ofAddress > limits.connectionsPerAddress {
            arrival.need = .ofSameAddress
        } else if all > limits.connections {
            arrival.need = .ofAny
        }
        return arrival
    }

    /// Whether there are more connections than there may be, with one that was counted already.
    func isFull(_ need: Arrival.Need, _ address: String?) -> Bool {
        switch need {
        case .ofAny: connections.load(ordering: .relaxed) > limits.connections
        case .ofSameAddress: address.map { addresses.count(of: $0) > limits.connectionsPerAddress } ?? false
        }
    }

    /// A connection is closed.
    func depart(_ address: String?) {
        connections.subtract(1, ordering: .relaxed)
        if let address { addresses.remove(address) }
    }

    /// What a socket's peer counts as: nil for one that may stand for anybody, such as a proxy, and for the server's own commands.
    private func countedAddress(of peer: Peer) -> String? {
        guard !peer.isLocalSocket, !proxies.mayBeAnybody(peer.address) else { return nil }
        return AddressRange.network(of: peer.address)
    }
}

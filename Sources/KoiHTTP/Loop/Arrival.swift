/// A connection that was accepted, on its way to the loop that will serve it.
struct Arrival: Sendable {
    /// What has to give way before it can be served.
    enum Need: Sendable {
        /// An idle connection of the same address.
        case ofSameAddress
        /// Any idle connection.
        case ofAny
    }

    let descriptor: Int32
    let peer: Peer
    /// What it counts as where connections of an address are counted; nil where they are not.
    let address: String?
    /// Nil where there is room.
    var need: Need?
    /// The loops that may still be asked to make room.
    var others: ArraySlice<EventLoop> = []
}

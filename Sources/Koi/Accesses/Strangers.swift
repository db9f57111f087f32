import KoiHTTP

/// The places from which people come whom nobody knows, of one minute: so many at most that they cannot fill the disk.
struct Strangers: Sendable {
    /// The most places of a minute that are told apart.
    private static let maximumPlaces = 1_000
    /// What stands for all others.
    static let others = "others"

    private var minute: Int64?
    private var places: Set<String> = []

    /// What stands for an address in what is counted.
    mutating func place(of address: String, in minute: Int64) -> String {
        if minute != self.minute {
            self.minute = minute
            places = []
        }
        let place = AddressRange.network(of: address)
        guard places.contains(place) || places.count < Strangers.maximumPlaces else { return Strangers.others }
        places.insert(place)
        return place
    }
}

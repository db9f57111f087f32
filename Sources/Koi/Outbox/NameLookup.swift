import Dispatch
import Glibc

/// Finds the addresses of a host.
///
/// The system's resolver cannot be hurried, so it is asked on queues of its own and left behind when it takes too long.
enum NameLookup {
    /// Where a server may be reached.
    struct Address: Sendable {
        let family: Int32
        let bytes: [UInt8]
    }

    private static let lanes = NameLanes((1...2).map { number in DispatchQueue(label: "koi.outbox.names.\(number)") })
    /// The most addresses of one host that are tried.
    private static let maximumAddresses = 4

    /// Blocks for at most `timeout`.
    ///
    /// - Returns: none where the name is unknown or the resolver too slow.
    /// - Throws: `DeliveryFailure.resolverBusy`
    static func addresses(of host: String, port: Int, timeout: Duration) throws -> [Address] {
        try lanes.addresses(of: host, port: port, until: ContinuousClock.now + timeout) { false }
    }

    /// - Parameter isNumeric: whether only an address in numbers is read, which asks nobody.
    static func resolve(_ host: String, _ port: Int, isNumeric: Bool = false) -> [Address] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV | (isNumeric ? AI_NUMERICHOST : 0)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [Address] = []
        var next = list
        while let entry = next?.pointee, addresses.count < maximumAddresses {
            if let address = entry.ai_addr {
                let bytes = UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))
                addresses.append(Address(family: entry.ai_family, bytes: Array(bytes)))
            }
            next = entry.ai_next
        }
        return addresses
    }
}

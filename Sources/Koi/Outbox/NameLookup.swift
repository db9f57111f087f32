import Dispatch
import Glibc
import KoiLock

/// Finds the addresses of a host.
///
/// The system's resolver cannot be hurried, so it is asked on a queue of its own and left behind when it takes too long.
enum NameLookup {
    /// Where a server may be reached.
    struct Address: Sendable {
        let family: Int32
        let bytes: [UInt8]
    }

    private static let queue = DispatchQueue(label: "koi.outbox.names")
    /// The most addresses of one host that are tried.
    private static let maximumAddresses = 4

    /// Blocks for at most `timeout`.
    ///
    /// - Returns: none where the name is unknown or the resolver too slow.
    static func addresses(of host: String, port: Int, timeout: Duration) -> [Address] {
        let found = Found()
        let answered = DispatchSemaphore(value: 0)
        queue.async {
            let addresses = resolve(host, port)
            found.addresses.withLock { $0 = addresses }
            answered.signal()
        }
        let seconds = Int(clamping: timeout.components.seconds)
        guard answered.wait(timeout: .now() + .seconds(seconds)) == .success else { return [] }
        return found.addresses.withLock { $0 }
    }

    private final class Found: Sendable {
        let addresses = Lock<[Address]>([])
    }

    private static func resolve(_ host: String, _ port: Int) -> [Address] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
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

import CLinux
import Glibc

/// The address of a socket, of any family.
struct SocketAddress {
    private var storage = sockaddr_storage()
    private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

    init() {}

    /// Nil when the path is too long for the system (107 bytes).
    init?(unixPath: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(unixPath.utf8)
        guard !path.isEmpty, path.count < MemoryLayout.size(ofValue: address.sun_path) else {
            return nil
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        withUnsafeMutableBytes(of: &storage) { storage in
            withUnsafeBytes(of: address) { storage.copyMemory(from: $0) }
        }
        length = socklen_t(MemoryLayout<sockaddr_un>.size)
    }

    /// All addresses of a name, or of an address in numbers, for sockets that listen.
    static func resolve(_ host: String, _ port: Int) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &found) == 0 else { return [] }
        defer { freeaddrinfo(found) }
        var addresses: [SocketAddress] = []
        var seen: Set<String> = []
        var next = found
        while let info = next?.pointee {
            next = info.ai_next
            guard let bytes = info.ai_addr, Int(info.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size else {
                continue
            }
            var address = SocketAddress()
            withUnsafeMutableBytes(of: &address.storage) {
                $0.copyMemory(from: UnsafeRawBufferPointer(start: bytes, count: Int(info.ai_addrlen)))
            }
            address.length = info.ai_addrlen
            if seen.insert(address.host).inserted { addresses.append(address) }
        }
        return addresses
    }

    var family: Int32 { Int32(storage.ss_family) }

    /// That of a Unix socket; empty where it has none.
    var unixPath: String {
        guard family == AF_UNIX else { return "" }
        return withUnsafeBytes(of: storage) { bytes in
            let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
            let path = bytes.part(offset..<MemoryLayout<sockaddr_un>.size)
            return path.part(0..<(path.offset(of: 0) ?? path.count)).text
        }
    }

    /// The address that a socket is bound to.
    static func local(of descriptor: Int32) -> SocketAddress? {
        var address = SocketAddress()
        let result = address.withMutablePointer { getsockname(descriptor, $0, $1) }
        return result == 0 ? address : nil
    }

    /// The numeric host, without a port; an IPv4 address that came through an IPv6 socket as IPv4.
    var host: String {
        var address = self
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let result = address.withMutablePointer { pointer, length in
            getnameinfo(
                pointer,
                length.pointee,
                &name,
                socklen_t(name.count),
                nil,
                0,
                NI_NUMERICHOST
            )
        }
        guard result == 0 else { return "" }
        let text = name.withUnsafeBytes { $0.part(0..<($0.offset(of: 0) ?? $0.count)).text }
        return text.hasPrefix("::ffff:") ? String(text.dropFirst(7)) : text
    }

    var port: Int? {
        get { storedPort }
        set {
            guard let newValue, let port = UInt16(exactly: newValue) else { return }
            withUnsafeMutableBytes(of: &storage) { bytes in
                switch Int32(bytes.load(as: sockaddr.self).sa_family) {
                case AF_INET, AF_INET6:
                    // Both families have it in the same place.
                    bytes.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
                default: break
                }
            }
        }
    }

    private var storedPort: Int? {
        withUnsafeBytes(of: storage) { bytes in
            switch Int32(storage.ss_family) {
            case AF_INET: Int(UInt16(bigEndian: bytes.load(as: sockaddr_in.self).sin_port))
            case AF_INET6: Int(UInt16(bigEndian: bytes.load(as: sockaddr_in6.self).sin6_port))
            default: nil
            }
        }
    }

    mutating func withMutablePointer<Result>(
        _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
    ) -> Result {
        withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                withUnsafeMutablePointer(to: &length) { body(address, $0) }
            }
        }
    }
}

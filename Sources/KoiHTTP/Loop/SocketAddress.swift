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

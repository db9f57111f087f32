import CLinux
import Glibc
import KoiHTTP

/// systemd, or whoever speaks to services as it does (sd_listen_fds(3), sd_notify(3)).
enum ServiceManager {
    /// The first descriptor that is passed on.
    private static let firstDescriptor: Int32 = 3

    /// The listening sockets that were passed on; the variables that tell of them are gone afterwards, so that no program that
    /// Koi starts takes them for its own.
    ///
    /// A socket named `http` is served in plain text and one named `redirect` sends browsers on to HTTPS; others are served by
    /// HTTPS where Koi has a certificate. Unix sockets are served in plain text.
    ///
    /// - Throws: `Failure` where what was said of them makes no sense.
    static func takeSockets(hasCertificate: Bool) throws -> [Listener] {
        defer { for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsetenv(name) } }
        guard let pid = variable("LISTEN_PID"), let count = variable("LISTEN_FDS") else { return [] }
        // Meant for another process, of which this one is a child.
        guard pid == "\(getpid())" else { return [] }
        guard let number = Int32(count), (0...256).contains(number) else {
            throw Failure("LISTEN_FDS cannot be \"\(count)\": it is the number of sockets that were passed on.")
        }
        let names = (variable("LISTEN_FDNAMES") ?? "").split(separator: ":", omittingEmptySubsequences: false)
        return try (0..<number).map { index in
            let name = Int(index) < names.count ? String(names[Int(index)]) : ""
            return try listener(firstDescriptor + index, name, hasCertificate)
        }
    }

    /// Tells how the service is; nothing where nobody wants to know.
    static func notify(_ state: String) {
        guard let path = variable("NOTIFY_SOCKET"), let first = path.utf8.first, path.utf8.count < 108 else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            bytes.copyBytes(from: path.utf8)
            // unix(7): a name that is no file begins with a zero byte.
            if first == UInt8(ascii: "@") { bytes[0] = 0 }
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let length = socklen_t((MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2) + path.utf8.count)
        let bytes = Array(state.utf8)
        withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
    }

    private static func listener(_ descriptor: Int32, _ name: String, _ hasCertificate: Bool) throws -> Listener {
        let address = Listener.Address.inherited(descriptor: descriptor)
        switch name {
        case "http": return Listener(address, .application)
        case "redirect":
            guard hasCertificate else {
                throw Failure("The socket named redirect needs --tls-cert and --tls-key.")
            }
            return Listener(address, .redirect)
        case "https":
            guard hasCertificate else { throw Failure("The socket named https needs --tls-cert and --tls-key.") }
            return Listener(address, .tls)
        default: return Listener(address, hasCertificate && !isUnix(descriptor) ? .tls : .application)
        }
    }

    private static func isUnix(_ descriptor: Int32) -> Bool {
        var family: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &length) == 0 && family == AF_UNIX
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}

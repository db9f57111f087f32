import CLinux
import Glibc

/// A bound, listening socket.
///
/// One per address, taken by one loop that hands connections over: with a socket per loop (SO_REUSEPORT) the
/// kernel spreads 64 connections unevenly, and a second server on the same port would not be refused.
final class ListeningSocket: Sendable {
    enum Accepted {
        case connection(Int32, Peer)
        case none
        /// No descriptor or memory is left: accepting again at once would spin.
        case exhausted
    }

    /// What waits in the system beyond what is on its way to the client, about.
    private static let unsentBytes: Int32 = 128 * 1024

    let descriptor: Int32
    /// The address in use, with the port that the system chose.
    let address: Listener.Address
    private let role: Listener.Role
    private let isUnix: Bool
    /// The socket file to remove at the end.
    private let ownedPath: String?

    init(_ descriptor: Int32, _ address: Listener.Address, _ role: Listener.Role, ownedPath: String? = nil) {
        self.descriptor = descriptor
        self.address = address
        self.role = role
        self.ownedPath = ownedPath
        isUnix = if case .unix = address { true } else { false }
        // Connections inherit it. Without it the system takes megabytes for each client that does not read (tcp(7)).
        if !isUnix {
            SocketOption.set(descriptor, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, ListeningSocket.unsentBytes)
        }
    }

    deinit {
        close(descriptor)
        if let ownedPath { unlink(ownedPath) }
    }

    func accept() -> Accepted {
        while true {
            var address = SocketAddress()
            let accepted = address.withMutablePointer { pointer, length in
                linux_accept(descriptor, pointer, length)
            }
            guard accepted < 0 else { return .connection(accepted, peer(accepted, address)) }
            switch errno {
            case EAGAIN: return .none
            // These concern a client that has gone again (accept(2)).
            case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, ENETUNREACH:
                continue
            // No descriptor, no memory, or something that will not be better at once: trying on would spin.
            default: return .exhausted
            }
        }
    }

    private func peer(_ accepted: Int32, _ address: SocketAddress) -> Peer {
        var peer = Peer(address: "", isLocalSocket: role == .commands, isSecure: role == .tls)
        peer.role = role
        if !isUnix {
            peer.address = address.host
            SocketOption.set(accepted, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        }
        return peer
    }
}

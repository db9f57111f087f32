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

    let descriptor: Int32
    /// The address in use, with the port that the system chose.
    let address: Listener
    private let unixPath: String?

    init(_ listener: Listener, backlog: Int) throws(ServerError) {
        switch listener {
        case .tcp(let host, let port):
            unixPath = nil
            descriptor = try ListeningSocket.bindTCP(host: host, port: port, backlog: backlog)
            address = .tcp(host: host, port: SocketAddress.local(of: descriptor)?.port ?? port)
        case .unix(let path, let mode):
            descriptor = try ListeningSocket.bindUnix(path: path, mode: mode, backlog: backlog)
            unixPath = path
            address = listener
        }
    }

    deinit {
        close(descriptor)
        if let unixPath { unlink(unixPath) }
    }

    func accept() -> Accepted {
        while true {
            var address = SocketAddress()
            let accepted = address.withMutablePointer { pointer, length in
                linux_accept(descriptor, pointer, length)
            }
            guard accepted < 0 else {
                if unixPath != nil {
                    return .connection(accepted, Peer(address: "", isLocalSocket: true))
                }
                var on: Int32 = 1
                setsockopt(
                    accepted,
                    Int32(IPPROTO_TCP),
                    TCP_NODELAY,
                    &on,
                    socklen_t(MemoryLayout<Int32>.size)
                )
                return .connection(accepted, Peer(address: address.host))
            }
            switch errno {
            case EAGAIN: return .none
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
            // Whatever else is wrong concerns a client that has gone again (accept(2)).
            case EBADF, EINVAL, ENOTSOCK, EOPNOTSUPP, EFAULT: return .none
            default: continue
            }
        }
    }

    private static func bindTCP(
        host: String,
        port: Int,
        backlog: Int
    ) throws(ServerError)
        -> Int32
    {
        let name = "listen on \(host):\(port)"
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        guard (0...65_535).contains(port), getaddrinfo(host, "\(port)", &hints, &found) == 0,
            let info = found
        else { throw ServerError(call: name, errno: EADDRNOTAVAIL) }
        defer { freeaddrinfo(found) }
        let descriptor = socket(info.pointee.ai_family, linux_stream_socket, 0)
        guard descriptor >= 0 else { throw ServerError(call: name, errno: errno) }
        var on: Int32 = 1
        setsockopt(
            descriptor,
            SOL_SOCKET,
            SO_REUSEADDR,
            &on,
            socklen_t(MemoryLayout<Int32>.size)
        )
        guard bind(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0,
            listen(descriptor, Int32(clamping: backlog)) == 0
        else {
            let failure = errno
            close(descriptor)
            throw ServerError(call: name, errno: failure)
        }
        return descriptor
    }

    private static func bindUnix(
        path: String,
        mode: mode_t,
        backlog: Int
    ) throws(ServerError)
        -> Int32
    {
        let name = "listen on \(path)"
        guard var address = SocketAddress(unixPath: path) else {
            throw ServerError(call: name, errno: ENAMETOOLONG)
        }
        let descriptor = socket(AF_UNIX, linux_stream_socket, 0)
        guard descriptor >= 0 else { throw ServerError(call: name, errno: errno) }
        var status = stat()
        // Only a socket is replaced, never a file that happens to bear the name.
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
        // The mode is set before anyone can connect: connecting needs listen.
        let isBound = address.withMutablePointer { pointer, length in
            bind(descriptor, pointer, length.pointee) == 0
        }
        guard isBound, chmod(path, mode) == 0, listen(descriptor, Int32(clamping: backlog)) == 0
        else {
            let failure = errno
            close(descriptor)
            throw ServerError(call: name, errno: failure)
        }
        return descriptor
    }
}

import CLinux
import Glibc

/// Makes the listening sockets of a server.
struct Binding {
    let listeners: [Listener]
    let backlog: Int

    /// The sockets of each listener, in order: several where a name resolves to several addresses.
    func sockets() throws(ServerError) -> [[ListeningSocket]] {
        var all: [[ListeningSocket]] = []
        for listener in listeners {
            switch listener.address {
            case .tcp(let host, let port): all.append(try tcp(host, port, listener.role))
            case .unix(let path, let mode):
                let descriptor = try unix(path, mode)
                all.append([ListeningSocket(descriptor, listener.address, listener.role, ownedPath: path)])
            case .inherited(let descriptor):
                all.append([ListeningSocket(descriptor, try adopt(descriptor), listener.role)])
            }
        }
        return all
    }

    // TCP.

    private func tcp(_ host: String, _ port: Int, _ role: Listener.Role) throws(ServerError) -> [ListeningSocket] {
        let name = "listen on \(host):\(port)"
        guard (0...65_535).contains(port) else { throw ServerError(call: name, errno: EADDRNOTAVAIL) }
        var port = port
        var sockets: [ListeningSocket] = []
        var failure = EADDRNOTAVAIL
        for address in SocketAddress.resolve(host, port) {
            var address = address
            // All addresses of a name have one port, also where the system chooses it.
            address.port = port
            let (descriptor, error) = listen(at: address)
            guard let descriptor else {
                failure = error
                // A name may have addresses of a family that this machine does not speak.
                if error == EADDRNOTAVAIL || error == EAFNOSUPPORT { continue }
                throw ServerError(call: name, errno: error)
            }
            port = SocketAddress.local(of: descriptor)?.port ?? port
            sockets.append(ListeningSocket(descriptor, .tcp(host: host, port: port), role))
        }
        guard !sockets.isEmpty else { throw ServerError(call: name, errno: failure) }
        return sockets
    }

    private func listen(at address: SocketAddress) -> (Int32?, errno: Int32) {
        var address = address
        let descriptor = socket(address.family, linux_stream_socket, 0)
        guard descriptor >= 0 else { return (nil, errno) }
        SocketOption.set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
        if address.family == AF_INET6 {
            let isAlone = !sharesPort(address)
            SocketOption.set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, isAlone ? 0 : 1)
        }
        let isBound = address.withMutablePointer { pointer, length in bind(descriptor, pointer, length.pointee) == 0 }
        guard isBound, Glibc.listen(descriptor, Int32(clamping: backlog)) == 0 else {
            let failure = errno
            close(descriptor)
            return (nil, failure)
        }
        return (descriptor, 0)
    }

    /// Whether a listener for IPv4 has the port of an IPv6 address: then `[::]`, which would take IPv4 too, leaves that to it.
    private func sharesPort(_ address: SocketAddress) -> Bool {
        listeners.contains { listener in
            guard case .tcp(let host, let port) = listener.address, port != 0, port == address.port else {
                return false
            }
            return AddressRange.isIPv4(host)
        }
    }

    // Unix.

    private func unix(_ path: String, _ mode: mode_t) throws(ServerError) -> Int32 {
        let name = "listen on \(path)"
        guard var address = SocketAddress(unixPath: path) else {
            throw ServerError(call: name, errno: ENAMETOOLONG)
        }
        let descriptor = socket(AF_UNIX, linux_stream_socket, 0)
        guard descriptor >= 0 else { throw ServerError(call: name, errno: errno) }
        var status = stat()
        // Only a socket is replaced, never a file that happens to bear the name, and only one that nobody listens at.
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK {
            guard !isServed(address) else {
                close(descriptor)
                throw ServerError(call: name, errno: EADDRINUSE)
            }
            unlink(path)
        }
        // The mode is set before anyone can connect: connecting needs listen.
        let isBound = address.withMutablePointer { pointer, length in
            bind(descriptor, pointer, length.pointee) == 0
        }
        guard isBound, chmod(path, mode) == 0, Glibc.listen(descriptor, Int32(clamping: backlog)) == 0
        else {
            let failure = errno
            close(descriptor)
            throw ServerError(call: name, errno: failure)
        }
        return descriptor
    }

    private func isServed(_ address: SocketAddress) -> Bool {
        var address = address
        let probe = socket(AF_UNIX, linux_stream_socket, 0)
        guard probe >= 0 else { return false }
        defer { close(probe) }
        // EAGAIN: somebody listens and has more waiting than they take.
        return address.withMutablePointer { pointer, length in
            connect(probe, pointer, length.pointee) == 0 || errno == EAGAIN
        }
    }

    // Passed on.

    /// The address of a socket that listens already, which is made to neither block nor be inherited.
    private func adopt(_ descriptor: Int32) throws(ServerError) -> Listener.Address {
        let name = "listen on descriptor \(descriptor)"
        guard SocketOption.value(descriptor, SOL_SOCKET, SO_ACCEPTCONN) == 1,
            SocketOption.value(descriptor, SOL_SOCKET, SO_TYPE) == Int32(SOCK_STREAM.rawValue),
            let address = SocketAddress.local(of: descriptor)
        else { throw ServerError(call: name, errno: ENOTSOCK) }
        guard fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0,
            fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
        else { throw ServerError(call: name, errno: errno) }
        if let port = address.port { return .tcp(host: address.host, port: port) }
        return .unix(path: address.unixPath, mode: 0)
    }
}

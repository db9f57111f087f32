import Glibc

/// A connection that Koi opens to a server of others, with a deadline for each thing it does.
///
/// Blocks, and so belongs on a queue of its own; gives up soon after `isStopping` says so. Used by one queue only.
final class ClientConnection {
    /// Between two looks at whether Koi stops, in milliseconds.
    private static let slice: Int64 = 200
    static let connectTime = Duration.seconds(15)

    /// Koi stops.
    struct Stopped: Error {}

    private let descriptor: Int32
    private let isStopping: @Sendable () -> Bool
    private var tls: ClientTLS?
    /// In numbers.
    let peer: String

    /// - Throws: `DeliveryFailure`, `Stopped`
    convenience init(host: String, port: Int, isStopping: @escaping @Sendable () -> Bool) throws {
        let addresses = try NameLookup.addresses(of: host, port: port, timeout: ClientConnection.connectTime)
        guard !addresses.isEmpty else { throw DeliveryFailure.unknownHost(host) }
        let time = ClientConnection.connectTime * addresses.count
        try self.init(addresses, host: host, port: port, until: .now + time, isStopping: isStopping)
    }

    /// Connects to the first of these addresses that answers; each has its share of the time.
    ///
    /// - Throws: `DeliveryFailure`, `Stopped`
    init(
        _ addresses: [NameLookup.Address],
        host: String,
        port: Int,
        until deadline: ContinuousClock.Instant,
        isStopping: @escaping @Sendable () -> Bool
    ) throws {
        self.isStopping = isStopping
        var failure: Int32 = 0
        for (index, address) in addresses.enumerated() {
            let now = ContinuousClock.now
            let share = max(.zero, deadline - now) / (addresses.count - index)
            switch try ClientConnection.open(address, until: now + share, isStopping) {
            case .success(let descriptor):
                self.descriptor = descriptor
                peer = ClientConnection.name(of: address)
                return
            case .failure(let error): failure = error.number
            }
        }
        throw DeliveryFailure.unreachable(host, port, failure)
    }

    deinit {
        tls = nil
        close(descriptor)
    }

    /// Makes it a TLS connection whose certificate is good for `host`.
    ///
    /// - Throws: `DeliveryFailure`, `Stopped`
    func secure(host: String, within time: Duration) throws {
        let deadline = ContinuousClock.now + time
        let tls = try ClientTLS(descriptor, host: host)
        while case .waits(let events) = try tls.shakeHands() { try wait(events, until: deadline) }
        self.tls = tls
    }

    func send(_ bytes: [UInt8], within time: Duration) throws {
        let deadline = ContinuousClock.now + time
        var rest = bytes[...]
        while !rest.isEmpty {
            switch try tls?.write(Array(rest)) ?? write(Array(rest)) {
            case .done(let count): rest = rest.dropFirst(count)
            case .waits(let events): try wait(events, until: deadline)
            case .closed: throw DeliveryFailure.closed
            }
        }
    }

    /// What has come; nothing at the end.
    func receive(within time: Duration) throws -> [UInt8] {
        let deadline = ContinuousClock.now + time
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            switch try tls?.read(&buffer) ?? read(&buffer) {
            case .done(let count): return Array(buffer.prefix(count))
            case .waits(let events): try wait(events, until: deadline)
            case .closed: return []
            }
        }
    }

    // MARK: The socket

    private struct SystemError: Error {
        let number: Int32
    }

    private static func open(
        _ address: NameLookup.Address,
        until deadline: ContinuousClock.Instant,
        _ isStopping: () -> Bool
    ) throws -> Result<Int32, SystemError> {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, kind, 0)
        guard descriptor >= 0 else { return .failure(SystemError(number: errno)) }
        do {
            let number = try connect(descriptor, address, until: deadline, isStopping)
            guard number != 0 else { return .success(descriptor) }
            close(descriptor)
            return .failure(SystemError(number: number))
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// The error's number; 0 where it is connected.
    private static func connect(
        _ descriptor: Int32,
        _ address: NameLookup.Address,
        until deadline: ContinuousClock.Instant,
        _ isStopping: () -> Bool
    ) throws -> Int32 {
        let result = address.bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return Int32(-1) }
            return Glibc.connect(
                descriptor,
                start.assumingMemoryBound(to: sockaddr.self),
                socklen_t(bytes.count)
            )
        }
        if result == 0 { return 0 }
        guard errno == EINPROGRESS else { return errno }
        guard try wait(descriptor, Int16(POLLOUT), until: deadline, isStopping) else { return ETIMEDOUT }
        var number: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &length)
        return number
    }

    private func write(_ bytes: [UInt8]) -> ClientStep {
        let count = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        if count >= 0 { return .done(count) }
        return errno == EAGAIN || errno == EINTR ? .waits(Int16(POLLOUT)) : .closed
    }

    private func read(_ buffer: inout [UInt8]) -> ClientStep {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 { return .done(count) }
        return count < 0 && (errno == EAGAIN || errno == EINTR) ? .waits(Int16(POLLIN)) : .closed
    }

    private func wait(_ events: Int16, until deadline: ContinuousClock.Instant) throws {
        guard try ClientConnection.wait(descriptor, events, until: deadline, isStopping) else {
            throw DeliveryFailure.tooSlow
        }
    }

    /// False where the deadline passed.
    private static func wait(
        _ descriptor: Int32,
        _ events: Int16,
        until deadline: ContinuousClock.Instant,
        _ isStopping: () -> Bool
    ) throws -> Bool {
        while ContinuousClock.now < deadline {
            if isStopping() { throw Stopped() }
            var entry = pollfd(fd: descriptor, events: events, revents: 0)
            if poll(&entry, 1, Int32(slice)) > 0 { return true }
        }
        return false
    }

    private static func name(of address: NameLookup.Address) -> String {
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let result = address.bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return Int32(-1) }
            return getnameinfo(
                start.assumingMemoryBound(to: sockaddr.self),
                socklen_t(bytes.count),
                &name,
                socklen_t(name.count),
                nil,
                0,
                NI_NUMERICHOST
            )
        }
        guard result == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// What came of one attempt to read, write or shake hands without waiting.
enum ClientStep {
    /// So many bytes; of a handshake, that it is over.
    case done(Int)
    /// To be tried again once the socket has one of these events.
    case waits(Int16)
    case closed
}

extension DeliveryFailure {
    static let tooSlow = DeliveryFailure(
        "timeout",
        "The server did not answer in time. Check server, port and security.",
        "服务器未及时应答，请检查服务器、端口和加密方式。"
    )

    static func unknownHost(_ host: String) -> DeliveryFailure {
        DeliveryFailure(
            "unknown_host",
            "The name \(host) has no address.",
            "无法解析服务器名称 \(host)。"
        )
    }

    /// The resolver of the system was not even asked.
    static let resolverBusy = DeliveryFailure(
        "resolver_busy",
        "The system's resolver is at work on other names. Try again later.",
        "系统的域名解析器正忙，请稍后重试。"
    )

    static func unreachable(_ host: String, _ port: Int, _ number: Int32) -> DeliveryFailure {
        let reason = String(cString: strerror(number))
        return DeliveryFailure(
            "unreachable",
            "\(host) cannot be reached at port \(port): \(reason).",
            "无法连接 \(host) 的端口 \(port)：\(reason)。"
        )
    }
}

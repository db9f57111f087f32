import Logging
import Synchronization

/// What all loops of a server share.
final class Service: Sendable {
    let application: any Application
    let limits: Limits
    let proxies: TrustedProxies
    /// What listeners with TLS show; there are none without it.
    let tls: TLSIdentity?
    let redirect: Redirect
    /// The field line that tells browsers to come over HTTPS only; empty where it is not sent.
    let strictTransport: [UInt8]
    let spoolFolder: String
    let clock: Clock
    /// Connections of all loops.
    let connections = Atomic(0)
    let addresses = AddressCounts()
    let counts = ServerCounts()
    /// Of bodies in memory and of what clients sent ahead.
    let buffered: ByteBudget
    /// Of bodies in files.
    let spooled: ByteBudget
    let logger: Logger
    private let lastRequest: Atomic<UInt64>

    init(
        application: any Application,
        limits: Limits,
        proxies: TrustedProxies = TrustedProxies(),
        tls: TLSIdentity? = nil,
        httpsPort: Int? = nil,
        spoolFolder: String,
        clock: Clock,
        logger: Logger
    ) {
        self.application = application
        self.limits = limits
        self.proxies = proxies
        self.tls = tls
        redirect = Redirect(identity: tls, port: httpsPort)
        strictTransport = tls?.strictTransport ?? []
        self.spoolFolder = spoolFolder
        self.clock = clock
        self.logger = logger
        // One body of the size that is allowed always finds room.
        buffered = ByteBudget(max(limits.bufferedBytes, limits.body))
        spooled = ByteBudget(limits.spooledBytes)
        lastRequest = Atomic(UInt64.random(in: .min ... .max))
    }

    /// 13 letters and digits.
    ///
    /// They fit into a string without an allocation.
    func makeRequestID() -> String {
        let number = lastRequest.wrappingAdd(1, ordering: .relaxed).newValue
        return String(unsafeUninitializedCapacity: 13) { buffer in
            var rest = number
            for index in stride(from: 12, through: 0, by: -1) {
                // Crockford's base 32: no i, l, o, u, so that an id survives being read aloud.
                let digit = UInt8(truncatingIfNeeded: rest & 31)
                buffer[index] =
                    switch digit {
                    case 0..<10: digit + 48
                    case 10..<18: digit + 87
                    case 18..<20: digit + 88
                    case 20..<22: digit + 89
                    case 22..<27: digit + 90
                    default: digit + 91
                    }
                rest >>= 5
            }
            return 13
        }
    }
}

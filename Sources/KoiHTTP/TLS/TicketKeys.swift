internal import COpenSSL
import KoiLock

/// The keys that seal session tickets, by which a client resumes without a whole handshake.
///
/// Whoever gets one can read what was said in sessions that began with its tickets, so each is used for a few hours, the one
/// before is only opened with, and none is ever written to a disk (RFC 9325 §3.4).
final class TicketKeys: Sendable {
    private struct Key {
        let name: [UInt8]
        let cipher: [UInt8]
        let mac: [UInt8]
        let madeAt: Int

        init?(madeAt: Int) {
            var bytes = [UInt8](repeating: 0, count: 80)
            guard RAND_priv_bytes(&bytes, 80) == 1 else { return nil }
            name = Array(bytes[..<16])
            cipher = Array(bytes[16..<48])
            mac = Array(bytes[48...])
            self.madeAt = madeAt
        }
    }

    /// Milliseconds for which a key seals, and seconds for which a session can be resumed.
    static let lifetime = 4 * 3_600_000
    static let sessionLifetime = lifetime / 1000

    private let keys = Lock<[Key]>([])
    private let now: @Sendable () -> Int

    init(now: @escaping @Sendable () -> Int = Clock.system.monotonic) {
        self.now = now
    }

    /// Has a context ask these keys; they must outlive it.
    func attach(to context: OpaquePointer) -> Bool {
        SSL_CTX_set_timeout(context, TicketKeys.sessionLifetime)
        guard SSL_CTX_set_ex_data(context, 0, Unmanaged.passUnretained(self).toOpaque()) == 1 else { return false }
        return SSL_CTX_set_tlsext_ticket_key_evp_cb(context) { session, name, iv, cipher, mac, isSealing in
            guard let session, let name, let iv, let cipher, let mac, let context = SSL_get_SSL_CTX(session),
                let data = SSL_CTX_get_ex_data(context, 0)
            else { return -1 }
            let keys = Unmanaged<TicketKeys>.fromOpaque(data).takeUnretainedValue()
            return isSealing == 1 ? keys.seal(name, iv, cipher, mac) : keys.open(name, iv, cipher, mac)
        } == 1
    }

    /// - Returns: 1, or a negative number where it failed (SSL_CTX_set_tlsext_ticket_key_evp_cb(3)).
    private func seal(
        _ name: UnsafeMutablePointer<UInt8>,
        _ iv: UnsafeMutablePointer<UInt8>,
        _ cipher: OpaquePointer,
        _ mac: OpaquePointer
    ) -> Int32 {
        guard let key = current(), RAND_bytes(iv, 16) == 1 else { return -1 }
        name.update(from: key.name, count: 16)
        return openssl_ticket_keys(cipher, mac, key.cipher, key.mac, iv, 1) == 1 ? 1 : -1
    }

    /// - Returns: 1, 2 where the client is to be given a new ticket, 0 where the key is gone.
    private func open(
        _ name: UnsafeMutablePointer<UInt8>,
        _ iv: UnsafeMutablePointer<UInt8>,
        _ cipher: OpaquePointer,
        _ mac: OpaquePointer
    ) -> Int32 {
        let asked = Array(UnsafeBufferPointer(start: name, count: 16))
        let known = current()
        guard let key = keys.withLock({ keys in keys.first { $0.name == asked } }), let known else { return 0 }
        guard openssl_ticket_keys(cipher, mac, key.cipher, key.mac, iv, 0) == 1 else { return -1 }
        return key.name == known.name ? 1 : 2
    }

    /// The key to seal with, made anew when its time is over.
    private func current() -> Key? {
        let now = now()
        return keys.withLock { keys in
            keys.removeAll { now - $0.madeAt >= 2 * TicketKeys.lifetime }
            if let first = keys.first, now - first.madeAt < TicketKeys.lifetime { return first }
            guard let key = Key(madeAt: now) else { return nil }
            keys = [key] + keys.prefix(1)
            return key
        }
    }
}

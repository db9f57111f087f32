import COpenSSL

@testable import KoiHTTP

/// A client that speaks TLS over a `Client`, and trusts anyone.
///
/// What it seals can be sent in pieces of any size.
final class TLSClient {
    struct Failure: Error {
        let reason: String
    }

    private let client: Client
    private let context: OpaquePointer
    private let session: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    private var piece = Int.max
    /// Whether the server said that nothing more will come.
    private(set) var hasEnded = false

    /// Shakes hands.
    ///
    /// - Parameters:
    ///   - protocols: what is offered in ALPN; not offered where it is empty.
    ///   - maximum: the latest version of TLS that is offered.
    ///   - resuming: a session of an earlier client.
    ///   - piece: how many bytes are sent at a time.
    init(
        port: Int,
        protocols: [String] = ["http/1.1"],
        maximum: Int32 = TLS1_3_VERSION,
        resuming earlier: TLSTicket? = nil,
        piece: Int = .max
    ) throws {
        client = try Client(port: port)
        guard let context = SSL_CTX_new(TLS_client_method()), let session = SSL_new(context),
            let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem())
        else { throw Failure(reason: "set up") }
        (self.context, self.session, self.incoming, self.outgoing) = (context, session, incoming, outgoing)
        self.piece = piece
        SSL_set_bio(session, incoming, outgoing)
        SSL_set_connect_state(session)
        SSL_ctrl(session, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(maximum), nil)
        if maximum < TLS1_2_VERSION { SSL_set_security_level(session, 0) }
        let offer = protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        if !offer.isEmpty { SSL_set_alpn_protos(session, offer, UInt32(offer.count)) }
        if let earlier { SSL_set_session(session, earlier.pointer) }
        try repeating { SSL_do_handshake(session) }
    }

    deinit {
        SSL_free(session)
        SSL_CTX_free(context)
    }

    var isResumed: Bool { SSL_session_reused(session) == 1 }

    var version: String { String(cString: SSL_get_version(session)) }

    var chosenProtocol: String {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(session, &name, &length)
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    /// What the server's certificate is called by its serial number.
    var serial: Int {
        guard let certificate = SSL_get1_peer_certificate(session) else { return 0 }
        defer { X509_free(certificate) }
        return ASN1_INTEGER_get(X509_get0_serialNumber(certificate)) &+ Int(X509_issuer_and_serial_hash(certificate))
    }

    /// For another client to resume; with TLS 1.3 there is one once something was read.
    func ticket() throws -> TLSTicket {
        guard let pointer = SSL_get1_session(session) else { throw Failure(reason: "no session") }
        return TLSTicket(pointer)
    }

    func send(_ text: String) throws {
        var bytes = Array(text.utf8)
        guard SSL_write(session, &bytes, Int32(bytes.count)) == Int32(bytes.count) else {
            throw Failure(reason: "write")
        }
        try flush()
    }

    func sayGoodbye() throws {
        SSL_shutdown(session)
        try flush()
    }

    /// Everything up to the server's close_notify; one that only closes the connection is a failure.
    func readToEnd() throws -> String {
        var all: [UInt8] = []
        while let bytes = try read() { all += bytes }
        return String(decoding: all, as: UTF8.self)
    }

    func read(until text: String) throws -> String {
        var all: [UInt8] = []
        while !String(decoding: all, as: UTF8.self).contains(text) {
            guard let bytes = try read() else { throw Failure(reason: "ended") }
            all += bytes
        }
        return String(decoding: all, as: UTF8.self)
    }

    private func read() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = try repeating { SSL_read(session, &buffer, Int32(buffer.count)) }
        return count > 0 ? Array(buffer[..<Int(count)]) : nil
    }

    /// Calls until it succeeds, or the server has ended; then 0.
    @discardableResult
    private func repeating(_ call: () -> Int32) throws -> Int32 {
        while true {
            ERR_clear_error()
            let result = call()
            let error = SSL_get_error(session, result)
            try flush()
            if result > 0 { return result }
            switch error {
            case SSL_ERROR_WANT_READ:
                guard var bytes = try client.readPiece() else { throw Failure(reason: "cut off") }
                BIO_write(incoming, &bytes, Int32(bytes.count))
            case SSL_ERROR_ZERO_RETURN:
                hasEnded = true
                return 0
            default:
                throw Failure(reason: ERR_reason_error_string(ERR_peek_error()).map { String(cString: $0) } ?? "failed")
            }
        }
    }

    private func flush() throws {
        var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(outgoing))
        guard !bytes.isEmpty, BIO_read(outgoing, &bytes, Int32(bytes.count)) > 0 else { return }
        var rest = bytes[...]
        while !rest.isEmpty {
            try client.send(Array(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
    }
}

/// What a client needs to resume a session.
final class TLSTicket {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { SSL_SESSION_free(pointer) }
}

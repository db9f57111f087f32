import KoiHTTP
import KoiSQLite

/// Tells who asks.
struct Authentication {
    /// Where a key or session is looked up that is not remembered.
    enum Source {
        /// On the connection of the loop that has the request.
        case loop
        /// Elsewhere, for a request that was let in before and is not used anew.
        ///
        /// `generation` is that of the key ring before the connection's snapshot.
        case connection(Connection, generation: Int)
        /// Nowhere: `NotRemembered` is thrown.
        case memory
    }

    struct NotRemembered: Error {}

    private let app: App
    private let source: Source

    init(_ app: App, from source: Source = .loop) {
        self.app = app
        self.source = source
    }

    /// - Throws: `Problem` 401 without a valid key or session, 403 for a write that a page of another site may have sent in
    ///   somebody's name, and 404 where a path is for the local socket only.
    func actor(for request: Request, _ access: Route.Access) throws -> Actor {
        switch access {
        case .open:
            try CrossSite.refuse(request)
            return .system
        // Cookies say nothing here, so that it does not matter which page has a browser come.
        case .link: return .system
        case .local:
            guard request.peer.isLocalSocket else { throw Problem.noSuchPath }
            return .system
        case .key: return try holder(request)
        }
    }

    /// Refuses what can be told without a look at the database: nothing to show who asks, or a path of the local socket.
    func requireCredentials(_ request: Request, _ access: Route.Access) throws {
        let (fields, isLocal) = (request.head.fields, request.peer.isLocalSocket)
        switch access {
        case .open, .link: break
        case .local: guard isLocal else { throw Problem.noSuchPath }
        case .key:
            guard isLocal || fields.contains("Authorization") || Cookie.session.value(in: fields) != nil else {
                throw Authentication.nobody
            }
        }
    }

    /// A key comes before a cookie, which a browser sends unasked.
    private func holder(_ request: Request) throws -> Actor {
        if let field = request.head.fields["Authorization"] { return try keyHolder(field, request) }
        // Whoever can open the socket in the data folder can open the database too.
        if request.peer.isLocalSocket { return .system }
        if let token = Cookie.session.value(in: request.head.fields) { return try sessionHolder(token, request) }
        throw Authentication.nobody
    }

    private static let nobody = refusal(
        "Sign in, or show an API key: Authorization: Bearer koi_… (koi key create makes one).",
        "请登录，或提供 API 密钥：Authorization: Bearer koi_…（用 koi key create 创建）。"
    )

    private func keyHolder(_ field: String, _ request: Request) throws -> Actor {
        let now = app.clock.now()
        guard let shown = Authentication.bearer(field), let credential = try key(shown, request),
            credential.isValid(at: now, from: request.peer.address)
        else {
            throw Authentication.refusal("This API key is not valid.", "此 API 密钥无效。")
        }
        note(credential, at: now)
        return credential.actor
    }

    /// What follows the scheme, whose name is compared without case (RFC 9110 §11.1); nil where it is another one.
    private static func bearer(_ field: String) -> String? {
        let scheme: StaticString = "bearer "
        var field = field
        return field.withUTF8 { bytes in
            guard bytes.count > scheme.utf8CodeUnitCount else { return nil }
            for (place, letter) in scheme.withUTF8Buffer({ $0 }).enumerated() {
                let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[place])
                guard (isCapital ? bytes[place] | 0x20 : bytes[place]) == letter else { return nil }
            }
            return String(decoding: bytes[scheme.utf8CodeUnitCount...], as: UTF8.self)
        }
    }

    private func note(_ credential: Credential, at now: Int64) {
        if case .loop = source { app.ledger.noteUse(of: credential, at: now) }
    }

    private var generation: Int? {
        if case .connection(_, let generation) = source { generation } else { nil }
    }

    private func look(on loop: Int, _ find: (Connection) throws -> Credential?) throws -> Credential? {
        switch source {
        case .loop: try app.database.read(on: loop, find)
        case .connection(let connection, _): try find(connection)
        case .memory: throw NotRemembered()
        }
    }

    private func key(_ key: String, _ request: Request) throws -> Credential? {
        guard key.hasPrefix(APIKey.prefix) else { return nil }
        let loop = request.loop
        return try app.keys.credential(for: key, asOf: generation) {
            try look(on: loop) { try APIKey.find(key, in: app.catalog, $0) }
        }
    }

    private func sessionHolder(_ token: String, _ request: Request) throws -> Actor {
        let now = app.clock.now()
        if let known = try session(token, request), !known.isValid(at: now, from: request.peer.address) {
            app.keys.forget(token)
        }
        guard let credential = try session(token, request),
            credential.isValid(at: now, from: request.peer.address)
        else { throw Authentication.refusal("The session has ended. Sign in again.", "会话已结束，请重新登录。") }
        try CrossSite.refuse(request)
        note(credential, at: now)
        return credential.actor
    }

    private func session(_ token: String, _ request: Request) throws -> Credential? {
        guard token.hasPrefix(Session.prefix) else { return nil }
        let loop = request.loop
        return try app.keys.credential(for: token, asOf: generation) {
            try look(on: loop) { try Session.credential(token, in: app.catalog, $0) }
        }
    }

    private static func refusal(_ en: String, _ zh: String) -> Problem {
        Problem(
            .unauthorized,
            "unauthorized",
            Text(en, zh),
            fields: [("WWW-Authenticate", "Bearer realm=\"Koi\"")]
        )
    }
}

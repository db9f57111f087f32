import KoiHTTP
import KoiSQLite

/// Tells who asks.
struct Authentication {
    private let app: App

    init(_ app: App) {
        self.app = app
    }

    /// - Throws: `Problem` 401 without a valid key or session, 403 for a write that a page of another site may have sent in
    ///   somebody's name, and 404 where a path is for the local socket only.
    func actor(for request: Request, _ access: Route.Access) throws -> Actor {
        switch access {
        case .open:
            try CrossSite.refuse(request)
            return .system
        case .local:
            guard request.peer.isLocalSocket else { throw Problem.noSuchPath }
            return .system
        case .key: return try holder(request)
        }
    }

    /// A key comes before a cookie, which a browser sends unasked.
    private func holder(_ request: Request) throws -> Actor {
        if let field = request.head.fields["Authorization"] { return try keyHolder(field, request) }
        // Whoever can open the socket in the data folder can open the database too.
        if request.peer.isLocalSocket { return .system }
        if let token = Cookie.session.value(in: request.head.fields) { return try sessionHolder(token, request) }
        throw refusal(
            "Sign in, or show an API key: Authorization: Bearer koi_… (koi key create makes one).",
            "请登录，或提供 API 密钥：Authorization: Bearer koi_…（用 koi key create 创建）。"
        )
    }

    private func keyHolder(_ field: String, _ request: Request) throws -> Actor {
        let scheme = "bearer "
        let now = app.clock.now()
        guard field.utf8.count > scheme.utf8.count,
            field.hasPrefix("Bearer ") || field.prefix(scheme.count).lowercased() == scheme,
            let credential = try key(String(field.dropFirst(scheme.count)), request),
            credential.isValid(at: now, from: request.peer.address)
        else {
            throw refusal("This API key is not valid.", "此 API 密钥无效。")
        }
        app.ledger.noteUse(of: credential, at: now)
        return credential.actor
    }

    private func key(_ key: String, _ request: Request) throws -> Credential? {
        guard key.hasPrefix(APIKey.prefix) else { return nil }
        return try app.keys.credential(for: key) {
            try app.database.read(on: request.loop) { try APIKey.find(key, in: app.catalog, $0) }
        }
    }

    private func sessionHolder(_ token: String, _ request: Request) throws -> Actor {
        let now = app.clock.now()
        if let known = try session(token, request), !known.isValid(at: now, from: request.peer.address) {
            app.keys.forget(token)
        }
        guard let credential = try session(token, request),
            credential.isValid(at: now, from: request.peer.address)
        else { throw refusal("The session has ended. Sign in again.", "会话已结束，请重新登录。") }
        try CrossSite.refuse(request)
        app.ledger.noteUse(of: credential, at: now)
        return credential.actor
    }

    private func session(_ token: String, _ request: Request) throws -> Credential? {
        guard token.hasPrefix(Session.prefix) else { return nil }
        return try app.keys.credential(for: token) {
            try app.database.read(on: request.loop) { try Session.credential(token, in: app.catalog, $0) }
        }
    }

    private func refusal(_ en: String, _ zh: String) -> Problem {
        Problem(
            .unauthorized,
            "unauthorized",
            Text(en, zh),
            fields: [("WWW-Authenticate", "Bearer realm=\"Koi\"")]
        )
    }
}

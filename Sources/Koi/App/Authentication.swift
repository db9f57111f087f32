import KoiHTTP
import KoiSQLite

/// Tells who asks.
struct Authentication {
    private let app: App

    init(_ app: App) {
        self.app = app
    }

    /// - Throws: `Problem` 401 without a valid key, and 404 where a path is for the local socket only.
    func actor(for request: Request, _ access: Route.Access) throws -> Actor {
        switch access {
        case .open: return .system
        case .local:
            guard request.peer.isLocalSocket else { throw Problem.noSuchPath }
            return .system
        case .key: return try keyHolder(request)
        }
    }

    private func keyHolder(_ request: Request) throws -> Actor {
        guard let field = request.head.fields["Authorization"] else {
            // Whoever can open the socket in the data folder can open the database too.
            if request.peer.isLocalSocket { return .system }
            throw refusal(
                "Show an API key: Authorization: Bearer koi_… (koi key create makes one).",
                "请提供 API 密钥：Authorization: Bearer koi_…（用 koi key create 创建）。"
            )
        }
        let scheme = "bearer "
        guard field.utf8.count > scheme.utf8.count,
            field.hasPrefix("Bearer ") || field.prefix(scheme.count).lowercased() == scheme,
            let actor = try app.keys.actor(
                for: String(field.dropFirst(scheme.count)),
                reading: { try app.database.read(on: request.loop, $0) }
            )
        else {
            throw refusal("This API key is not valid.", "此 API 密钥无效。")
        }
        return actor
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

import KoiHTTP
import KoiJSON

/// A request that named itself by an `Idempotency-Key`: by what it is found again, and by what it is told from another.
struct IdempotentRequest: Sendable {
    private static let methods: Set<Method> = [.post, .put, .patch, .delete]

    /// Covers who asks and the key, so that nobody is answered with what another was told, and the key itself, which may
    /// tell of a person, lies nowhere.
    let mark: [UInt8]
    let asker: String
    /// Covers method, address and body.
    let fingerprint: [UInt8]

    /// Whether requests of a route may name themselves.
    fileprivate static func takes(_ method: Method, _ access: Route.Access) -> Bool {
        // Whoever cannot be told from others is not recognised.
        guard case .key = access else { return false }
        return methods.contains(method)
    }

    /// Nil for a request that does not name itself.
    ///
    /// - Throws: `Problem` 400 for a field that is no key.
    ///
    /// - Parameter secrets: what is sent may hold passwords, against which nobody is to try guesses with the database alone.
    init?(_ request: Request, _ actor: Actor, _ secrets: SecretBox) throws {
        guard let key = try IdempotencyKey(request.head.fields) else { return nil }
        asker = IdempotentRequest.asker(actor)
        mark = try secrets.mark(Array((asker + "\n" + key.text).utf8), for: "idempotency/mark")
        fingerprint = try secrets.mark(
            Array((request.head.method.rawValue + " " + request.head.target + "\n").utf8)
                + IdempotentRequest.content(of: request),
            for: "idempotency/request"
        )
    }

    /// A key has fewer rights than its user may have elsewhere, so each stands for itself.
    private static func asker(_ actor: Actor) -> String {
        if let key = actor.key { return "key/\(key)" }
        if let user = actor.user { return "\(actor.kind.rawValue)/user/\(user)" }
        return actor.kind.rawValue
    }

    private static func content(of request: Request) throws -> [UInt8] {
        switch request.body {
        case .none: []
        case .bytes(let bytes): bytes
        case .file(let file): try digest(of: file)
        case .parts(let parts): try parts.flatMap(content)
        }
    }

    /// What a part is, without the boundary, of which a client may make another each time.
    private static func content(of part: Part) throws -> [UInt8] {
        let content =
            switch part.content {
            case .bytes(let bytes): bytes
            case .file(let file): try digest(of: file)
            }
        let head: JSONValue = [
            .string(part.name), part.filename.map(JSONValue.string) ?? .null,
            part.contentType.map(JSONValue.string) ?? .null, .integer(Int64(content.count)),
        ]
        return Array((head.text + "\n").utf8) + content
    }

    /// Taken while the file came in: to read a gigabyte through would hold up the loop and everybody on it.
    private static func digest(of file: SpooledFile) throws -> [UInt8] {
        guard !file.digest.isEmpty else { throw Problem.unreadableBody }
        return file.digest
    }
}

extension Route {
    /// Whether its requests may name themselves, so that they are carried out once.
    var isIdempotent: Bool { IdempotentRequest.takes(method, access) }
}

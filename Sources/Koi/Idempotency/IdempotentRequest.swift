import KoiHTTP

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

    private static func content(of request: Request) -> [UInt8] {
        switch request.body {
        case .none: []
        case .bytes(let bytes): bytes
        case .file(let file): sample(of: file)
        case .parts: []
        }
    }
}

extension IdempotentRequest {
    /// Bytes at each end of a file that are compared.
    private static let part = 64 << 10

    /// The size of a file and both of its ends: to read a gigabyte through would hold up the loop and everybody on it.
    private static func sample(of file: SpooledFile) -> [UInt8] {
        let head = (try? ImportFile.read(file.descriptor, 0, part)) ?? []
        let tail = (try? ImportFile.read(file.descriptor, max(0, file.size - part), part)) ?? []
        return Array(String(file.size).utf8) + head + tail
    }
}

extension Route {
    /// Whether its requests may name themselves, so that they are carried out once.
    var isIdempotent: Bool { IdempotentRequest.takes(method, access) }
}

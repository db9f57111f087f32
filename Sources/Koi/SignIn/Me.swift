import KoiJSON
import KoiSQLite

/// Who is signed in, and what they may do.
struct Me {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// - Throws: `Problem.notFound` where the actor is Koi itself.
    func document() throws -> JSONValue {
        let sql = """
            SELECT u.id, u.name, u.email, u.language, u."timeZone", u.team, r.id, r."key", r.name,
                EXISTS (SELECT 1 FROM second_factors AS f WHERE f."user" = u.id AND f."confirmedAt" IS NOT NULL)
            FROM users AS u LEFT JOIN roles AS r ON r.id = u.role WHERE u.id = ?
            """
        let user = transaction.actor.user
        let document = try transaction.connection.first(sql, [SQLValue(user)]) { row -> JSONValue in
            [
                "id": .integer(row.int(0)),
                "name": .string(row.text(1)),
                "email": row.textOrNil(2).map(JSONValue.string) ?? .null,
                "language": .string(row.text(3)),
                "timeZone": .string(row.text(4)),
                "team": row.intOrNil(5).map(JSONValue.integer) ?? .null,
                "role": row.intOrNil(6).map { id in
                    [
                        "id": .integer(id), "key": row.textOrNil(7).map(JSONValue.string) ?? .null,
                        "name": .string(row.text(8)),
                    ]
                } ?? .null,
                "rights": rights,
                "secondFactor": .bool(row.bool(9)),
            ]
        }
        guard let document else { throw Problem.notFound(User.resource.label) }
        return document
    }

    /// Changes what everybody may say of themselves, whatever the role.
    ///
    /// A key may do so where its rights let it.
    ///
    /// - Returns: the document as it is then.
    func change(_ patch: JSONObject) throws -> JSONValue {
        let refused = patch.members.filter { !Me.own.contains($0.name) }.prefix(Problem.maximumIssues)
        guard refused.isEmpty else { throw Problem.invalid(refused.map { Me.notOwn.issue(field: $0.name) }) }
        guard let user = transaction.actor.user else { throw Problem.notFound(User.resource.label) }
        let actor = transaction.actor.session == nil ? transaction.actor : transaction.actor.withAllRights
        try transaction.acting(as: actor) { _ = try RecordService(User.resource, $0).change(user, patch) }
        return try document()
    }

    private static let own: Set<String> = ["name", "language", "timeZone"]
    private static let notOwn = ValueRefusal(
        "not_own",
        "Here you can change name, language and timeZone. An administrator changes the rest.",
        "此处只能更改 name、language 和 timeZone，其余由管理员更改。"
    )

    /// By resource or area and verb how far each right reaches, so that a page can leave out what may not be done.
    private var rights: JSONValue {
        let resources = transaction.catalog.resources.all.map { ($0.name, Verb.allCases) }
        let areas = Area.allCases.map { ($0.rawValue, $0.verbs) }
        return .object(
            JSONObject(
                (resources + areas).map { name, verbs in
                    let reach = verbs.map { verb in
                        JSONObject.Member(
                            name: verb.rawValue,
                            value: .string(transaction.actor.access.scope(verb, on: name).name)
                        )
                    }
                    return JSONObject.Member(name: name, value: .object(JSONObject(reach)))
                }
            )
        )
    }
}

extension Actor {
    /// The same actor with every right, for what nobody needs a right for.
    fileprivate var withAllRights: Actor {
        Actor(kind: kind, user: user, key: key, session: session, timeZone: timeZone, access: .full)
    }
}

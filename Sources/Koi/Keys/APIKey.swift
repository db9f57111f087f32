import KoiHTTP
package import KoiJSON
package import KoiSQLite

/// The API keys, by which other systems work in a user's name: shown once, stored as a hash.
package enum APIKey {
    static let prefix = "koi_"
    /// How much of a key is kept to tell it from others: 6 of 43 letters after the prefix.
    private static let hintLength = 10

    package static let resource = Resource(
        "keys",
        singular: "key",
        Text("API key", "API 密钥"),
        plural: Text("API keys", "API 密钥"),
        operations: [.create, .change, .remove],
        owner: "user",
        isMirrored: false,
        shownOnce: [
            .text("key", "Key", "密钥", max: 100).required()
                .noted("Shown this once; Koi keeps only its hash.", "仅显示这一次，Koi 只保存其哈希。")
                .example("koi_…")
        ],
        rules: APIKeyRules(),
        fields: [
            .text("name", "Name", "名称", max: 200).required().example("ERP"),
            .reference("user", "User", "用户", to: "users").fixed()
                .noted("In whose name the key works; its maker where none is given.", "密钥以谁的名义工作，默认为创建者。"),
            .reference("role", "Role", "角色", to: "roles")
                .noted(
                    "Narrows the key to the rights of this role; it never has more than its user.",
                    "将密钥限制为该角色的权限，且不会超出其用户的权限。"
                ),
            .list("scopes", "Scopes", "范围", max: 100, of: TextRule(maximum: 100)).unfiltered()
                .noted(
                    "Narrows the key to these rights: customers.read, contacts.*, *.read. A star stands for all resources, not for areas such as events, which are named. Empty for no limit.",
                    "将密钥限制为这些权限，例如 customers.read、contacts.*、*.read；* 代表所有对象，不含 events 等范围，后者须逐一列出；留空表示不限。"
                )
                .example(["customers.read", "contacts.*"]),
            .list("addresses", "Addresses", "允许的地址", max: 50, of: TextRule(maximum: 50)).unfiltered()
                .noted(
                    "From where the key may be used, as addresses or ranges: 192.0.2.0/24. Empty for anywhere.",
                    "允许使用密钥的地址或网段，例如 192.0.2.0/24；留空表示不限。"
                )
                .example(["192.0.2.0/24"]),
            .time("expiresAt", "Ends", "到期时间"),
            .text("hint", "Beginning", "开头", max: 20).readOnly()
                .noted("How the key begins, to tell it from others.", "密钥的开头，用于区分。"),
            .time("lastUsedAt", "Last used", "最近使用").readOnly()
                .noted("Within a minute.", "精确到一分钟。"),
        ]
    )

    /// A key's 256 random bits need no slow hash: there is nothing to guess.
    static func hash(_ key: String) -> [UInt8] {
        Digest.sha256(Array(key.utf8))
    }

    /// Gives a stored record its key and returns it; it cannot be shown again.
    static func issue(for id: Int64, in transaction: Transaction) throws -> String {
        let key = prefix + Base64URL.encode(transaction.randomness.bytes(32))
        try transaction.connection.run(
            "INSERT INTO key_hashes (hash, \"key\") VALUES (?, ?)",
            [.blob(hash(key)), .integer(id)]
        )
        try transaction.connection.run(
            "UPDATE keys SET hint = ? WHERE id = ?",
            [.text(String(key.prefix(hintLength))), .integer(id)]
        )
        return key
    }

    /// Makes a key for a user and returns it; it cannot be shown again.
    ///
    /// - Throws: `Problem.notFound` where there is no such active user.
    package static func create(
        name: String,
        user: Int64,
        in transaction: Transaction
    ) throws -> String {
        let exists = try transaction.connection.first(
            "SELECT 1 FROM users WHERE id = ? AND active = 1",
            [.integer(user)]
        ) { _ in true }
        guard exists != nil else { throw Problem.notFound(User.resource.label) }
        let record = try RecordService(resource, transaction).add(["name": .string(name), "user": .integer(user)])
        return try issue(for: record.id, in: transaction)
    }

    /// What a shown key stands for; nil where there is no such key, it was revoked, or its user is not active.
    package static func find(_ key: String, in catalog: Catalog, _ connection: Connection) throws -> Credential? {
        guard key.hasPrefix(prefix), key.utf8.count <= 200 else { return nil }
        let sql = """
            SELECT k.id, k."user", k.role, k.scopes, k.addresses, k."expiresAt"
            FROM key_hashes AS h JOIN keys AS k ON k.id = h."key"
            WHERE h.hash = ? AND k."removedAt" IS NULL
            """
        let found = try connection.first(sql, [.blob(hash(key))]) { row in
            (
                actor: try Actor.user(
                    row.int(1),
                    kind: .key,
                    key: row.int(0),
                    keyRole: row.intOrNil(2),
                    scopes: KeyScopes(texts(row, 3)),
                    in: catalog,
                    connection
                ),
                expiresAt: row.intOrNil(5), addresses: texts(row, 4)
            )
        }
        guard let found, let actor = found.actor else { return nil }
        return Credential(
            actor: actor,
            expiresAt: found.expiresAt,
            addresses: found.addresses.compactMap(AddressRange.init)
        )
    }

    /// Koi on behalf of a user, within what a key allows, be it the user's own or that of whoever asked for it; nil where the
    /// key was revoked or has ended, or the user or that of the key is not active.
    static func actor(
        of key: Int64,
        _ user: Int64,
        at now: Int64,
        in catalog: Catalog,
        _ connection: Connection
    ) throws -> Actor? {
        let sql = """
            SELECT role, scopes FROM keys AS k
            WHERE id = ? AND "removedAt" IS NULL AND coalesce("expiresAt", ?) > ?
                AND EXISTS (SELECT 1 FROM users AS u WHERE u.id = k."user" AND u.active = 1)
            """
        let values: [SQLValue] = [.integer(key), .integer(.max), .integer(now)]
        let limits = try connection.first(sql, values) { (role: $0.intOrNil(0), scopes: KeyScopes(texts($0, 1))) }
        guard let limits else { return nil }
        return try Actor.user(
            user,
            kind: .system,
            keyRole: limits.role,
            scopes: limits.scopes,
            in: catalog,
            connection
        )
    }

    /// Whether a key is good, without an end and from anywhere, for all that its user may.
    static func isUnlimited(_ key: Int64, _ connection: Connection) throws -> Bool {
        try connection.first(
            """
            SELECT 1 FROM keys WHERE id = ? AND "removedAt" IS NULL AND "expiresAt" IS NULL AND addresses = '[]'
                AND scopes = '[]' AND role IS NULL
            """,
            [.integer(key)]
        ) { _ in true } ?? false
    }

    /// By what a key is narrower than its user, be it good still or not.
    static func limits(of key: Int64, _ connection: Connection) throws -> (role: Int64?, scopes: KeyScopes)? {
        try connection.first("SELECT role, scopes FROM keys WHERE id = ?", [.integer(key)]) {
            ($0.intOrNil(0), KeyScopes(texts($0, 1)))
        }
    }

    private static func texts(_ row: Row, _ column: Int) -> [String] {
        let value = (try? JSONReader.read(Array(row.text(column).utf8))) ?? .null
        return (value.arrayValue ?? []).compactMap(\.stringValue)
    }
}

/// A key never reaches further than who makes or changes it.
package struct APIKeyRules: RecordRules {
    package init() {}

    package func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        if record["user"].isNull {
            guard let user = transaction.actor.user else {
                return issues.append(ValueRefusal.required.issue(field: "user"))
            }
            record["user"] = .integer(user)
        }
        checkAddresses(record, &issues)
        checkScopes(record, transaction.catalog.resources, &issues)
        guard issues.isEmpty else { return }
        try refuseOtherName(record, transaction)
        try refuseExcess(record, transaction)
        try refuseOutliving(record, before, transaction)
    }

    private func checkAddresses(_ record: Record, _ issues: inout [Problem.Issue]) {
        for (index, address) in (record["addresses"].arrayValue ?? []).enumerated()
        where AddressRange(address.stringValue ?? "") == nil {
            let refusal = ValueRefusal(
                "not_address",
                "Send an address in numbers, or a range: 192.0.2.1, 192.0.2.0/24, 2001:db8::/32.",
                "请填写 IP 地址或网段，例如 192.0.2.1、192.0.2.0/24、2001:db8::/32。"
            )
            issues.append(refusal.issue(field: "addresses[\(index)]"))
        }
    }

    private func checkScopes(_ record: Record, _ resources: ResourceList, _ issues: inout [Problem.Issue]) {
        for (index, scope) in (record["scopes"].arrayValue ?? []).enumerated() {
            let parts = (scope.stringValue ?? "").split(separator: ".", omittingEmptySubsequences: false).map(
                String.init
            )
            let isKnown =
                parts.count == 2
                && (parts[0] == Grants.others || resources[parts[0]] != nil || Area(rawValue: parts[0]) != nil
                    || parts[0] == KeyScopes.notifications)
                && (parts[1] == Grants.others || Verb(rawValue: parts[1]) != nil)
            guard !isKnown else { continue }
            let refusal = ValueRefusal(
                "unknown_scope",
                "Send a resource or area and a verb: customers.read, contacts.*, *.read.",
                "请填写对象或范围加操作，例如 customers.read、contacts.*、*.read。"
            )
            issues.append(refusal.issue(field: "scopes[\(index)]"))
        }
    }

    /// What the key may do in its user's name, against what its maker may do.
    private func refuseExcess(_ record: Record, _ transaction: Transaction) throws {
        guard !transaction.actor.access.isFull, let user = record["user"].integerValue else { return }
        let access = try Access.of(
            user,
            keyRole: record["role"].integerValue,
            scopes: KeyScopes((record["scopes"].arrayValue ?? []).compactMap(\.stringValue)),
            transaction
        )
        let resources = transaction.catalog.resources.all
        guard let excess = access.excess(inNameOver: transaction.actor.access, of: resources) else { return }
        throw Problem.forbidden(
            "wider_than_own",
            "This key may do more than you (\(excess)). Give it a narrower role or scopes.",
            "此密钥的权限超出您自己的权限（\(excess)）。请设置更小的角色或范围。"
        )
    }

    /// Nobody works in the name of a user who reaches more, however narrow the key: the log would name that user, and
    /// what is the user's own is open to the key.
    private func refuseOtherName(_ record: Record, _ transaction: Transaction) throws {
        guard !transaction.actor.access.isFull, let user = record["user"].integerValue, user != transaction.actor.user
        else { return }
        try UserRules.refuseTakeover(of: user, transaction)
    }

    /// A key that ends, or works from some addresses only, makes none that outlives it or works elsewhere, and cannot free
    /// itself.
    private func refuseOutliving(_ record: Record, _ before: Record?, _ transaction: Transaction) throws {
        guard record["expiresAt"] != before?["expiresAt"] || record["addresses"] != before?["addresses"] else { return }
        guard let key = transaction.actor.key,
            let maker = try RecordStore(APIKey.resource, transaction.connection).find(key, .all)
        else { return }
        let limit = maker["expiresAt"].stringValue.flatMap(Timestamp.read) ?? .max
        let end = record["expiresAt"].stringValue.flatMap(Timestamp.read) ?? .max
        let ranges = APIKeyRules.ranges(maker)
        let own = APIKeyRules.ranges(record)
        let isWithin =
            ranges.isEmpty || !own.isEmpty && own.allSatisfy { range in ranges.contains { $0.contains(range) } }
        guard end > limit || !isWithin else { return }
        throw Problem.forbidden(
            "wider_than_own",
            "You work with a key that ends or is bound to addresses: no key can outlive it or be used from elsewhere. Sign in, or use another key.",
            "您使用的密钥有到期时间或地址限制：不能创建或更改为期限更长或地址更广的密钥。请登录或使用其他密钥。"
        )
    }

    private static func ranges(_ key: Record) -> [AddressRange] {
        (key["addresses"].arrayValue ?? []).compactMap { $0.stringValue.flatMap(AddressRange.init) }
    }

    package func removing(_ record: Record, in transaction: Transaction) throws {
        try refuseOtherName(record, transaction)
    }

    package func makeShownOnce(for record: Record, in transaction: Transaction) throws -> JSONObject {
        ["key": .string(try APIKey.issue(for: record.id, in: transaction))]
    }

    package func saved(_ record: Record, before: Record?, in transaction: Transaction) throws {
        try transaction.renewAccess()
    }
}

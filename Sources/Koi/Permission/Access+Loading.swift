package import KoiSQLite

extension Actor {
    /// A user at work, by a key or a session, or as the one on whose behalf Koi works; nil where the user is not active.
    ///
    /// - Parameters:
    ///   - keyRole: narrows the user's rights to those of another role.
    package static func user(
        _ id: Int64,
        kind: Kind,
        key: Int64? = nil,
        session: Int64? = nil,
        keyRole: Int64? = nil,
        scopes: KeyScopes = .all,
        in catalog: Catalog,
        _ connection: Connection
    ) throws -> Actor? {
        let sql = "SELECT role, team, \"timeZone\", language FROM users WHERE id = ? AND active = 1"
        let organisation = catalog.organisation.current
        return try connection.first(sql, [.integer(id)]) { row in
            Actor(
                kind: kind,
                user: id,
                key: key,
                session: session,
                timeZone: row.text(2),
                access: try organisation.access(
                    user: id,
                    role: row.intOrNil(0),
                    team: row.intOrNil(1),
                    keyRole: keyRole,
                    scopes: scopes,
                    resources: catalog.resources.all,
                    connection
                )
            )
        }
    }
}

extension Access {
    /// What a user may do as the transaction sees it, be the user active or not.
    ///
    /// - Parameters:
    ///   - keyRole: narrows the user's rights to those of another role, as a key may.
    static func of(
        _ user: Int64,
        keyRole: Int64? = nil,
        scopes: KeyScopes = .all,
        _ transaction: Transaction
    ) throws -> Access {
        let organisation = try Organisation.load(transaction.connection)
        guard let person = organisation.people[user] else { return .nothing }
        return try organisation.access(
            user: user,
            role: person.role,
            team: person.team,
            keyRole: keyRole,
            scopes: scopes,
            resources: transaction.catalog.resources.all,
            transaction.connection
        )
    }
}

extension Actor {
    /// The same with its rights as a transaction sees them: what is remembered follows a commit a moment later.
    func renewed(in transaction: Transaction) throws -> Actor {
        guard let user, !access.isFull else { return self }
        let limits = try key.flatMap { try APIKey.limits(of: $0, transaction.connection) }
        let access = try Access.of(user, keyRole: limits?.role, scopes: limits?.scopes ?? .all, transaction)
        return Actor(kind: kind, user: user, key: key, session: session, timeZone: timeZone, access: access)
    }
}

extension Transaction {
    /// Has everything forgotten that is remembered of who may do what, once this is on disk.
    ///
    /// To be called by whatever changes a user, role, team, key or collaborator.
    package func renewAccess() throws {
        let organisation = try Organisation.load(connection)
        let catalog = catalog
        whenCommitted {
            catalog.organisation.replace(organisation)
            catalog.keys.forget()
        }
    }
}

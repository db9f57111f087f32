import KoiJSON
import KoiSQLite

/// A wish for a user, as `koi user add` has it.
package struct UserRequest: Sendable {
    package let name: String
    package let email: String
    /// The key or the number of a role; nil for a viewer.
    package let role: String?
    package let team: Int64?

    package init(name: String, email: String, role: String?, team: Int64?) {
        self.name = name
        self.email = email
        self.role = role
        self.team = team
    }

    init(_ body: JSONObject) {
        self.init(
            name: body["name"]?.stringValue ?? "",
            email: body["email"]?.stringValue ?? "",
            role: body["role"]?.stringValue,
            team: body["team"]?.integerValue
        )
    }

    var body: JSONValue {
        [
            "name": .string(name), "email": .string(email), "role": role.map(JSONValue.string) ?? .null,
            "team": team.map(JSONValue.integer) ?? .null,
        ]
    }

    /// Makes the user and an invitation.
    ///
    /// - Returns: the path of the page on which a password is chosen.
    /// - Throws: `Problem.invalid` naming what is not as it should be.
    package func add(in transaction: Transaction) throws -> String {
        guard !email.isEmpty else { throw Problem.invalid([ValueRefusal.required.issue(field: "email")]) }
        var fields: JSONObject = ["name": .string(name), "email": .string(email)]
        if let role { fields["role"] = .integer(try UserRequest.role(role, transaction)) }
        if let team { fields["team"] = .integer(team) }
        let user = try RecordService(User.resource, transaction).add(fields)
        return try Invitations(transaction).make(for: user.id).path
    }

    private static func role(_ name: String, _ transaction: Transaction) throws -> Int64 {
        let id = try transaction.connection.first(
            "SELECT id FROM roles WHERE \"removedAt\" IS NULL AND (\"key\" = ? OR id = ?)",
            [.text(name), SQLValue(Digits.integer(name))]
        ) { $0.int(0) }
        if let id { return id }
        let keys = try transaction.connection.rows(
            "SELECT \"key\" FROM roles WHERE \"removedAt\" IS NULL AND \"key\" IS NOT NULL ORDER BY id"
        ) { $0.text(0) }
        let known = keys.joined(separator: ", ")
        let refusal = ValueRefusal(
            "not_found",
            "There is no such role. Choose from \(known), or give the number of one of your own.",
            "没有此角色。可选：\(known)，或填写自定义角色的编号。"
        )
        throw Problem.invalid([refusal.issue(field: "role")])
    }
}

/// A wish to let a user choose another password, as `koi user reset` has it.
package struct PasswordReset: Sendable {
    package let email: String
    /// Whether the second factor is taken away, too, for somebody who has lost it.
    package let removesSecondFactor: Bool

    package init(email: String, removesSecondFactor: Bool) {
        self.email = email
        self.removesSecondFactor = removesSecondFactor
    }

    init(_ body: JSONObject) {
        self.init(
            email: body["email"]?.stringValue ?? "",
            removesSecondFactor: body["secondFactor"]?.boolValue ?? false
        )
    }

    var body: JSONValue {
        ["email": .string(email), "secondFactor": .bool(removesSecondFactor)]
    }

    /// Ends the user's sessions and makes a link.
    ///
    /// - Returns: the path of the page on which a password is chosen.
    /// - Throws: `Problem.notFound` where nobody has this address.
    package func make(in transaction: Transaction) throws -> String {
        let user = try transaction.connection.first(
            "SELECT id FROM users WHERE email = ?",
            [.text(email.trimmingSpaces.lowercased())]
        ) { $0.int(0) }
        guard let user else { throw Problem.notFound(User.resource.label) }
        try SessionService(transaction).endAll(of: user)
        if removesSecondFactor { try SecondFactor(of: user, transaction).remove() }
        return try Invitations(transaction).make(for: user).path
    }
}

extension LocalClient {
    /// Has the running Koi make a user; returns the path of the invitation.
    package func addUser(_ request: UserRequest) throws -> String {
        try link("/local/users", request.body)
    }

    /// Has the running Koi let a user choose another password; returns the path of the link.
    package func resetUser(_ request: PasswordReset) throws -> String {
        try link("/local/users/reset", request.body)
    }

    private func link(_ target: String, _ body: JSONValue) throws -> String {
        guard let link = try post(target, body)["link"]?.stringValue else {
            throw LocalFailure("The running Koi gave no link.")
        }
        return link
    }
}

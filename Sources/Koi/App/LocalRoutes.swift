import KoiHTTP
import KoiJSON

/// What the commands of Koi ask of a running server over the socket in the data folder: no second process may touch the
/// database while Koi runs.
package enum LocalRoutes {
    package static let routes: [Route] = [
        .post("/local/keys", makeKey).access(.local),
        .post("/local/users", addUser).access(.local),
        .post("/local/users/reset", resetUser).access(.local),
        Route(.post, "/local/check", .task(check)).access(.local),
    ]

    /// Makes an API key: `{"name": …, "user": …}`, where `user` may be left out for the first active one.
    private static func makeKey(_ call: Call) throws -> Answer {
        let request = try KeyRequest(call.object())
        let key = try request.make(in: call.transaction())
        return .created(Array(JSONValue.object(["key": .string(key)]).text.utf8), at: "/local/keys")
    }

    /// Makes a user and an invitation: `{"link": …}`.
    private static func addUser(_ call: Call) throws -> Answer {
        link(try UserRequest(call.object()).add(in: call.transaction()))
    }

    /// Makes a link to choose another password: `{"link": …}`.
    private static func resetUser(_ call: Call) throws -> Answer {
        link(try PasswordReset(call.object()).make(in: call.transaction()))
    }

    private static func link(_ path: String) -> Answer {
        .created(Array(JSONValue.object(["link": .string(path)]).text.utf8), at: "/local/users")
    }

    /// Checks the database in use: `{"faults": […]}`, a sentence each.
    private static func check(_ call: Call, _ app: App) throws -> Answer {
        let faults = try app.check().map(JSONValue.string)
        return .json(Array(JSONValue.object(["faults": .array(faults)]).text.utf8))
    }
}

/// A wish for an API key, as `koi key create` has it.
package struct KeyRequest: Sendable {
    package let name: String
    /// The user on whose behalf the key acts; nil for the first active one.
    package let user: Int64?

    /// - Throws: `Problem.invalid` where the name cannot be one.
    package init(name: String, user: Int64?) throws {
        do throws(ValueRefusal) {
            guard let text = try TextRule(maximum: 200).checked(.string(name)).stringValue else {
                throw ValueRefusal.required
            }
            self.name = text
        } catch {
            throw Problem.invalid([error.issue(field: "name")])
        }
        self.user = user
    }

    fileprivate init(_ body: JSONObject) throws {
        try self.init(
            name: body["name"]?.stringValue ?? "",
            user: body["user"]?.integerValue
        )
    }

    var body: JSONValue {
        ["name": .string(name), "user": user.map(JSONValue.integer) ?? .null]
    }

    /// - Throws: `Problem.notFound` where there is no such user, or it is not active.
    package func make(in transaction: Transaction) throws -> String {
        let owner = try user ?? FirstUser.ensure(in: transaction)
        return try APIKey.create(name: name, user: owner, in: transaction)
    }
}

extension LocalClient {
    /// Has the running Koi make a key.
    package func makeKey(_ request: KeyRequest) throws -> String {
        guard let key = try post("/local/keys", request.body)["key"]?.stringValue else {
            throw LocalFailure("The running Koi gave no key.")
        }
        return key
    }

    /// Has the running Koi check its database.
    ///
    /// - Returns: the faults, a sentence each.
    package func check() throws -> [String] {
        guard let faults = try post("/local/check", patience: longWork)["faults"]?.arrayValue else {
            throw LocalFailure("The running Koi did not say whether the database is sound.")
        }
        return faults.compactMap(\.stringValue)
    }

    /// Has the running Koi make a backup.
    ///
    /// - Returns: its name.
    package func backUp() throws -> String {
        guard let name = try post("/v1/backups", patience: longWork)["name"]?.stringValue else {
            throw LocalFailure("The running Koi did not say where the backup is.")
        }
        return name
    }

    /// In seconds: what reads all of a large database is slow on a small machine.
    private var longWork: Int { 4 * 3_600 }
}

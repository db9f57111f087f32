import KoiJSON

@testable import Koi

/// Somebody who works with Koi, and their key.
struct Colleague: Sendable {
    let id: Int64
    let key: String

    init(
        _ name: String = "王芳",
        role: Int64 = Role.administratorID,
        email: String? = nil,
        language: Language = .en,
        in koi: TestApp
    ) throws {
        self = try koi.app.perform { transaction in
            let id = try RecordService(User.resource, transaction).add([
                "name": .string(name), "role": .integer(role), "email": email.map(JSONValue.string) ?? .null,
                "language": .string(language.rawValue),
            ]).id
            return Colleague(id: id, key: try APIKey.create(name: name, user: id, in: transaction))
        }
    }

    private init(id: Int64, key: String) {
        self.id = id
        self.key = key
    }
}

import KoiJSON

@testable import Koi

extension TestApp {
    /// An API key of a user of its own with that role.
    func keyOfUser(role: Int64) throws -> String {
        try app.perform { transaction in
            let user = try RecordService(User.resource, transaction)
                .add(["name": "Wang", "role": .integer(role)])
            return try APIKey.create(name: "role", user: user.id, in: transaction)
        }
    }
}

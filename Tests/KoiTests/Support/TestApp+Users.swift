import KoiHTTP
import KoiJSON
import KoiSQLite

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

extension TestApp {
    /// Who a key stands for, as it is remembered.
    func actor(of key: String) throws -> Actor {
        let request = Request(
            head: try RequestHead(.get, "/v1/customers", fields: Fields([("Authorization", "Bearer " + key)])),
            peer: Peer(address: "127.0.0.1"),
            id: "actor"
        )
        return try app.database.read(on: 0) { connection in
            try Authentication(app, from: .connection(connection, generation: app.keys.generation))
                .actor(for: request, .key)
        }
    }
}

import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

@Suite struct KeyRingTests {
    @Test func `does not remember what a snapshot from before a revocation still shows`() throws {
        let koi = try TestApp()
        let wang = try koi.person(named: "Wang", ["customers": ["read": "all"]])
        let keys = try koi.request(.get, "/v1/keys?user=\(wang.id)").items
        let key = try #require(keys.first?["id"].integerValue)
        let fields = Fields([("Authorization", "Bearer \(wang.key)")])
        let request = Request(
            head: try RequestHead(.get, "/v1/customers", fields: fields),
            peer: Peer(address: "127.0.0.1"),
            id: "1"
        )
        let connection = try Connection(path: koi.app.folder.database, mode: .readOnly)
        try connection.execute("BEGIN")
        let reading = try EventReading(connection, koi.app.keys, through: .max)

        #expect(try koi.request(.delete, "/v1/keys/\(key)").status == .noContent)
        let authentication = Authentication(
            koi.app,
            from: .connection(connection, generation: reading.generation)
        )

        #expect(try authentication.actor(for: request, .key).user == wang.id)
        #expect(try koi.request(.get, "/v1/customers", key: wang.key).status == .unauthorized)
    }
}

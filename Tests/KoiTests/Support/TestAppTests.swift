import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

@Suite struct TestAppTests {
    @Test func `a request gets its answer, with a key or without`() throws {
        let koi = try TestApp()
        let made = try koi.request(
            .post,
            "/v1/customers",
            ["kind": "company", "name": "重庆机械"]
        )
        #expect(made.status == .created)
        #expect(made["createdAt"] == "2026-11-22T09:00:00.000Z")
        #expect(try koi.request(.get, "/v1/customers/1")["name"] == "重庆机械")
        #expect(try koi.request(.get, "/v1/customers/1", key: "").status == .unauthorized)
        #expect(try koi.request(.get, "/v1/customers?colour=red").code == "bad_parameter")
    }
}

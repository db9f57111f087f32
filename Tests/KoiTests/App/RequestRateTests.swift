import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

@Suite struct RequestRateTests {
    private let office = "192.0.2.7"

    @Test func `a key may ask so often a minute, and is then told when to come back`() throws {
        let koi = try TestApp(rates: RequestRates(perKey: 3, perAddress: 100))
        for _ in 0..<3 { #expect(try koi.request(.get, "/v1/customers", from: office).status == .ok) }
        koi.clock.advance(by: .seconds(20))

        let refused = try koi.request(.get, "/v1/customers", from: office)
        #expect(refused.status == .tooManyRequests)
        #expect(refused.fields["Retry-After"] == "40")
        #expect(refused.fields["Content-Type"] == "application/problem+json")
        #expect(refused.code == "too_many_requests")

        koi.clock.advance(by: .seconds(40))
        #expect(try koi.request(.get, "/v1/customers", from: office).status == .ok)
    }

    @Test func `a key counts for itself, wherever it comes from`() throws {
        let koi = try TestApp(rates: RequestRates(perKey: 2))
        let other = try koi.app.perform { try APIKey.create(name: "other", user: FirstUser.ensure(in: $0), in: $0) }
        for address in ["192.0.2.7", "2001:db8::7"] {
            #expect(try koi.request(.get, "/v1/customers", from: address).status == .ok)
        }

        #expect(try koi.request(.get, "/v1/customers", from: "203.0.113.9").status == .tooManyRequests)
        #expect(try koi.request(.get, "/v1/customers", key: other, from: office).status == .ok)
    }

    @Test func `who shows no good key counts for the address, and its neighbours in IPv6 with it`() throws {
        let koi = try TestApp(rates: RequestRates(perKey: 100, perAddress: 2))
        #expect(try koi.request(.get, "/v1/customers", key: "", from: "2001:db8::1").status == .unauthorized)
        #expect(try koi.request(.get, "/v1/customers", key: "koi_wrong", from: "2001:db8::2").status == .unauthorized)

        #expect(try koi.request(.get, "/v1/customers", key: "", from: "2001:db8::3").status == .tooManyRequests)
        #expect(try koi.request(.get, "/openapi.yaml", key: "", from: "2001:db8::3").status == .tooManyRequests)
        #expect(try koi.request(.get, "/v1/customers", key: "", from: "2001:db8:0:1::3").status == .unauthorized)
        // A good key is not held back by its neighbours.
        #expect(try koi.request(.get, "/v1/customers", from: "2001:db8::3").status == .ok)
    }

    @Test func `the sentence is in the language that was asked for`() throws {
        let koi = try TestApp(rates: RequestRates(perKey: 1))
        _ = try koi.request(.get, "/v1/customers", from: office)

        let refused = try koi.request(.get, "/v1/customers", fields: [("Accept-Language", "zh")], from: office)

        #expect(refused["detail"] == "请求过于频繁，请在 60 秒后重试。")
    }

    @Test func `health is answered always`() throws {
        let koi = try TestApp(rates: RequestRates(perKey: 1, perAddress: 1))
        for _ in 0..<5 { #expect(try koi.request(.get, "/health", key: "", from: office).status == .ok) }
    }

    @Test func `nothing is counted where the quotas are off, and not for who may be anybody`() throws {
        let rates = RequestRates(perKey: 1, perAddress: 1)
        let key = Actor(kind: .key, user: 1, key: 1, access: .full)
        var proxy = Peer(address: "192.0.2.1")
        proxy.mayBeAnybody = true
        #expect(rates.count(key, from: proxy, at: 0) == nil)
        #expect(rates.countStranger(from: proxy, at: 0) == nil)
        // Behind a trusted proxy that names no address, a key still is somebody.
        let trusting = RequestRates(perKey: 1, perAddress: 1, trustsProxies: true)
        #expect([0, 1].map { trusting.count(key, from: proxy, at: $0)?.isSpent } == [false, true])
        #expect(trusting.countStranger(from: proxy, at: 0) == nil)
        #expect(trusting.count(key, from: Peer(address: "", isLocalSocket: true), at: 0) == nil)
        #expect(rates.count(key, from: Peer(address: "", isLocalSocket: true), at: 0) == nil)
        #expect(RequestRates().count(key, from: Peer(address: office), at: 0) == nil)
        #expect(RequestRates().countStranger(from: Peer(address: office), at: 0) == nil)
    }

    @Test(arguments: [
        (Method.get, "/v1/nothing", Status.notFound), (.put, "/v1/customers", .methodNotAllowed),
        (Method(rawValue: "BREW"), "/v1/customers", .notImplemented), (.options, "/v1/customers", .noContent),
    ])
    func `what leads nowhere counts for the address`(_ method: Method, _ path: String, _ status: Status) throws {
        let koi = try TestApp(rates: RequestRates(perAddress: 2))
        for _ in 0..<2 { #expect(try koi.request(method, path, key: "", from: office).status == status) }
        #expect(try koi.request(method, path, key: "", from: office).status == .tooManyRequests)
    }

    @Test func `a refusal before the body counts for the address`() throws {
        let koi = try TestApp(rates: RequestRates(perAddress: 2))
        let head = try RequestHead(.post, "/v1/customers", fields: Fields([("Expect", "100-continue")]))
        let statuses = (0..<3).map { _ -> Status? in
            var trace = RequestTrace(id: "1")
            guard case .refuse(let refusal) = koi.app.admit(head, peer: Peer(address: office), trace: &trace) else {
                return nil
            }
            #expect(trace.quota != nil)
            return refusal.status
        }
        #expect(statuses == [.unauthorized, .unauthorized, .tooManyRequests])
    }

    @Test func `an answer says what is left`() {
        let rates = RequestRates(perKey: 2)
        let session = Actor(kind: .session, user: 1, session: 4, access: .full)
        let spent = [0, 20_500, 30_000].map { rates.count(session, from: Peer(address: office), at: $0) }
        #expect(spent.map { $0?.quota.remaining } == [1, 0, 0])
        #expect(spent.map { $0?.quota.reset } == [60, 40, 30])
        #expect(spent.map { $0?.isSpent } == [false, false, true])
    }

    @Test func `every operation says that it may be asked too often`() {
        let document = OpenAPI().document
        let paths = document["paths"].objectValue?.members ?? []
        #expect(paths.count > 50)
        for path in paths {
            for operation in path.value.objectValue?.members ?? [] {
                #expect(operation.value["responses"].objectValue?["429"] != nil, "\(operation.name) \(path.name)")
            }
        }
    }
}

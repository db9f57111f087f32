import KoiHTTP
import KoiJSON
import KoiLock

@testable import Koi

/// A Koi whose webhooks end up here.
final class HookDesk: Sendable {
    struct Message: Sendable {
        let url: String
        let fields: Fields
        let body: [UInt8]

        var json: JSONValue { (try? JSONReader.read(body)) ?? .null }
        var sequence: Int64 { json["data"]["sequence"].integerValue ?? 0 }
        var type: String? { json["type"].stringValue }
        var name: String? { json["data"]["record"]["name"].stringValue }
    }

    typealias Answer = @Sendable (Message) throws -> Int

    let koi: TestApp
    private let heard = Lock<[Message]>([])
    private let answer = Lock<Answer> { _ in 200 }

    init(_ koi: TestApp? = nil) throws {
        self.koi = try koi ?? TestApp()
    }

    /// What comes of each message from now on: a status, or what is thrown.
    func answer(_ answer: @escaping Answer) {
        self.answer.withLock { $0 = answer }
    }

    /// Sends all that is due, and returns what was sent since the last time.
    @discardableResult
    func send() throws -> [Message] {
        let worker = try WebhookWorker(koi.app) { request, _ in try self.take(request) }
        try worker.runDue()
        worker.stop()
        return heard.withLock { heard in
            defer { heard = [] }
            return heard
        }
    }

    private func take(_ request: OutgoingRequest) throws -> OutgoingResponse {
        let message = Message(
            url: "https://" + request.url.authority + request.url.target,
            fields: request.fields,
            body: request.body
        )
        heard.withLock { $0.append(message) }
        let status = try answer.withLock { $0 }(message)
        return OutgoingResponse(status: status, fields: Fields(), body: Array("said \(status)".utf8), isCut: false)
    }

    /// Makes a webhook and returns its id and secret.
    @discardableResult
    func hook(_ more: JSONObject = [:], key: String? = nil) throws -> (id: Int64, secret: String) {
        var body: JSONObject = ["name": "ERP", "url": "https://erp.example.com/hooks"]
        for member in more.members { body[member.name] = member.value }
        let made = try koi.request(.post, "/v1/webhooks", .object(body), key: key)
        guard let id = made["id"].integerValue, let secret = made["secret"].stringValue else {
            throw Unmade(description: made.text)
        }
        return (id, secret)
    }

    struct Unmade: Error, CustomStringConvertible {
        let description: String
    }

    func deliveries(_ hook: Int64, _ query: String = "") throws -> [JSONValue] {
        try koi.request(.get, "/v1/webhooks/\(hook)/deliveries" + query).items
    }
}

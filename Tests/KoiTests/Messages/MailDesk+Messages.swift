import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

extension MailDesk {
    /// A Koi from which advertising can go out.
    static func open() throws -> MailDesk { try MailDesk(publicURL: "https://koi.example.com") }

    /// The number of a customer with an address.
    func customer(_ name: String = "李明", _ fields: JSONObject = ["email": "li@example.com"]) throws -> Int64 {
        let body = JSONObject([.init(name: "name", value: .string(name))] + fields.members)
        return try koi.make("customers", .object(body))
    }

    /// Writes down what a customer says.
    func say(_ state: String, _ purpose: String, of customer: Int64, channel: String = "mail") throws {
        let answer = try koi.request(
            .put,
            "/v1/customers/\(customer)/consents/\(channel)/\(purpose)",
            ["state": .string(state), "source": "test"]
        )
        try #require(answer.status == .ok, "\(answer.text)")
    }

    /// Sends a text to a customer.
    @discardableResult
    func send(
        _ purpose: String = "service",
        to customer: Int64,
        _ more: JSONObject = ["subject": "Hello", "text": "Hello"],
        channel: String = "mail",
        key: String? = nil
    ) throws -> TestAnswer {
        let body: JSONObject = [
            "channel": .string(channel), "purpose": .string(purpose), "to": ["customers": [.integer(customer)]],
        ]
        return try koi.request(.post, "/v1/messages", .object(JSONObject(body.members + more.members)), key: key)
    }

    /// What came of a message for each recipient: the state, and the code of what stood against it.
    func outcomes(of message: TestAnswer) throws -> [String] {
        let id = try #require(message["id"].integerValue, "\(message.text)")
        return try koi.request(.get, "/v1/messages/\(id)/recipients").items.map { item in
            [item["state"].stringValue, item["error"]["code"].stringValue].compactMap { $0 }.joined(separator: " ")
        }
    }
}

extension JSONObject {
    static let text: JSONObject = ["subject": "Hello", "text": "Hello"]
}

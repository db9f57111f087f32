import KoiHTTP
import KoiJSON
import KoiSQLite

/// A message to be taken to a gateway.
struct GatewayOrder: Sendable {
    let channel: String
    let token: String
    let request: OutgoingRequest
    let success: Success

    /// How an answer looks that means success.
    struct Success: Sendable {
        let path: JSONPath?
        let value: String?
        let receipt: JSONPath?
    }

    /// The request as text, with secrets left out, for the folder of messages that are not sent.
    var transcript: [UInt8] {
        var text = request.method.rawValue + " " + request.url.target + "\n"
        for (name, value) in request.fields.all { text += name + ": " + value + "\n" }
        return Array((text + "\n").utf8) + request.body
    }
}

/// Makes the request of a message, with the gateway as it is by now.
struct GatewayWriter {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// - Throws: `DeliveryFailure`
    func order(_ message: Record, to address: String, _ words: MessageWords, _ token: String) throws -> GatewayOrder {
        let store = RecordStore(Gateway.resource, transaction.connection)
        guard let id = message["gateway"].integerValue, let gateway = try store.find(id, .all),
            gateway["active"] == true
        else { throw DeliveryFailure.noGateway }
        let template = GatewayTemplate(gateway)
        let parameters = message["parameters"].objectValue ?? [:]
        func value(_ name: String) throws -> String {
            switch name {
            case "to": return address
            case "text": return words.text
            case "subject": return words.subject ?? ""
            case "id": return token
            default: break
            }
            if name.hasPrefix("parameter.") {
                let found = parameters[String(name.dropFirst("parameter.".count))] ?? .null
                return found.stringValue ?? (found.isNull ? "" : found.text)
            }
            return try secret(String(name.dropFirst("secret.".count)), of: id)
        }
        guard let url = OutgoingURL(try template.filledURL(value)) else { throw DeliveryFailure.badOrder }
        var fields = Fields()
        for header in template.headers {
            guard fields.append(header.name, try BracePlaceholders(header.value).filled(value)) else {
                throw DeliveryFailure.badOrder
            }
        }
        let body = try template.filledBody(value)
        if let body { fields.append("Content-Type", body.type) }
        return GatewayOrder(
            channel: message["channel"].stringValue ?? "gateway",
            token: token,
            request: OutgoingRequest(method: template.method, url: url, fields: fields, body: body?.bytes ?? []),
            success: GatewayOrder.Success(
                path: gateway["successPath"].stringValue.flatMap(JSONPath.init),
                value: gateway["successValue"].stringValue,
                receipt: gateway["receiptPath"].stringValue.flatMap(JSONPath.init)
            )
        )
    }

    /// What goes into a folder has none.
    private func secret(_ name: String, of gateway: Int64) throws -> String {
        guard !transaction.catalog.isDry else { return "***" }
        do {
            guard let bytes = try SecretStore(transaction).open(at: Gateway.place(name, of: gateway)) else {
                throw DeliveryFailure.noSecret(name)
            }
            return String(decoding: bytes, as: UTF8.self)
        } catch let problem as Problem {
            throw DeliveryFailure(problem.code, problem.detail.en, problem.detail.zh)
        }
    }
}

/// Takes an order to its gateway.
enum GatewayTransport {
    /// Of an answer as much as tells what came of it.
    private static let shown = 200

    /// Blocks.
    ///
    /// - Returns: the gateway's own number of the message, where it says so.
    /// - Throws: `DeliveryFailure`; `ClientConnection.Stopped`
    static func deliver(
        _ order: GatewayOrder,
        _ policy: AddressPolicy,
        isStopping: @escaping @Sendable () -> Bool
    ) throws -> String? {
        let answer = try HTTPClient(policy: policy).send(order.request, isStopping: isStopping)
        return try receipt(of: order, status: answer.status, body: answer.body)
    }

    /// What an answer means.
    static func receipt(of order: GatewayOrder, status: Int, body: [UInt8]) throws -> String? {
        let document = (try? JSONReader.read(body)) ?? .null
        guard (200...299).contains(status) else { throw refused(status, body) }
        if let path = order.success.path {
            let found = path.value(in: document)
            guard let found, let value = order.success.value, (found.stringValue ?? found.text) == value else {
                throw notTaken(body)
            }
        }
        let receipt = order.success.receipt?.value(in: document)
        return receipt.flatMap { $0.isNull ? nil : ($0.stringValue ?? $0.text).shown(shown) }
    }

    /// RFC 9110 §15: what is wrong with the request stays so, but for the few that say that time may help, and what is the
    /// matter with how Koi shows itself, which can be mended.
    private static func refused(_ status: Int, _ body: [UInt8]) -> DeliveryFailure {
        let mendable: Set<Int> = [401, 403, 404, 405, 407, 408, 409, 421, 423, 425, 429]
        return DeliveryFailure(
            "gateway_refused",
            "The gateway answered \(status): \(text(body))",
            "网关返回 \(status)：\(text(body))",
            isFinal: (400...499).contains(status) && !mendable.contains(status)
        )
    }

    private static func notTaken(_ body: [UInt8]) -> DeliveryFailure {
        DeliveryFailure(
            "gateway_not_taken",
            "The gateway did not take it: \(text(body))",
            "网关未接受：\(text(body))"
        )
    }

    private static func text(_ body: [UInt8]) -> String {
        String(decoding: body.prefix(shown * 4), as: UTF8.self).shown(shown)
    }
}

extension DeliveryFailure {
    static let noGateway = DeliveryFailure(
        "gateway_not_configured",
        "The gateway of this message is not active any more.",
        "此消息的网关已停用。"
    )
    static let badOrder = DeliveryFailure(
        "bad_request",
        "The message cannot be put into the gateway's request as it is described.",
        "无法按网关的描述生成请求。",
        isFinal: true
    )

    static func noSecret(_ name: String) -> DeliveryFailure {
        DeliveryFailure(
            "no_secret",
            "The gateway's secret \(name) is not entered.",
            "网关的机密 \(name) 尚未填写。"
        )
    }
}

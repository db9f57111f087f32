import KoiHTTP
import KoiJSON
import KoiLock
import KoiSQLite

@testable import Koi

/// A Koi with a mail server, whose letters end up here.
final class MailDesk: Sendable {
    let koi: TestApp
    private let letters = Lock<[Letter]>([])
    private let orders = Lock<[GatewayOrder]>([])
    private let failure = Lock<(any Error)?>(nil)

    init(publicURL: String? = nil) throws {
        koi = try TestApp()
        try koi.request(
            .patch,
            "/v1/settings",
            [
                "companyName": "重庆机械", "publicURL": publicURL.map(JSONValue.string) ?? .null,
                "mail": [
                    "server": "smtp.example.com", "user": "koi", "password": "s3cret", "from": "koi@example.com",
                ],
            ]
        )
    }

    /// Delivers all that is due, and returns all letters so far.
    ///
    /// - Parameter once: for one attempt each.
    @discardableResult
    func deliver(once: Bool = false) throws -> [Letter] {
        let worker = try worker()
        if once { _ = try worker.runRound() } else { try worker.runDue() }
        worker.stop()
        return letters.withLock { $0 }
    }

    /// Takes letters and orders here.
    func worker() throws -> OutboxWorker {
        try OutboxWorker(koi.app) { shipment, _ in
            if let failure = self.failure.withLock({ $0 }) { throw failure }
            switch shipment {
            case .letter(let letter): self.letters.withLock { $0.append(letter) }
            case .order(let order): self.orders.withLock { $0.append(order) }
            }
            return nil
        }
    }

    /// What was mailed so far.
    var mailed: [Letter] { letters.withLock { $0 } }

    /// What went to gateways so far.
    var ordered: [GatewayOrder] { orders.withLock { $0 } }

    /// What comes of each attempt from now on; nil for success.
    func answer(with failure: (any Error)?) {
        self.failure.withLock { $0 = failure }
    }

    /// The messages in the outbox, the oldest first.
    func messages() throws -> [OutboxMessage] {
        try koi.app.perform { transaction in
            try transaction.connection.rows("SELECT \(OutboxMessage.columns) FROM outbox ORDER BY id") {
                OutboxMessage($0)
            }
        }
    }
}

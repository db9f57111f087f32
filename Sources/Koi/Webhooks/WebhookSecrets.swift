import Foundation
import KoiJSON
import KoiSQLite

/// What a webhook's messages are signed with: sealed in the database, and shown when it is made.
struct WebhookSecrets {
    /// How long the secret before is used as well, so that a receiver can change without losing a message.
    static let overlap: Int64 = 86_400_000
    private static let prefix = "whsec_"

    private let secrets: SecretStore
    private let states: WebhookStore
    private let randomness: Randomness
    private let now: Int64

    init(_ transaction: Transaction) {
        secrets = SecretStore(transaction)
        states = WebhookStore(transaction.connection)
        randomness = transaction.randomness
        now = transaction.now
    }

    /// Makes one and returns it in the form of Standard Webhooks.
    ///
    /// One that there was goes on for a while.
    func make(for webhook: Int64) throws -> String {
        if let known = try secrets.open(at: WebhookSecrets.place(webhook)) {
            try secrets.put(known, at: WebhookSecrets.previousPlace(webhook))
            try states.setPreviousSecret(of: webhook, until: now + WebhookSecrets.overlap)
        }
        let secret = randomness.bytes(32)
        try secrets.put(secret, at: WebhookSecrets.place(webhook))
        return WebhookSecrets.prefix + Data(secret).base64EncodedString()
    }

    /// Those that messages are signed with, the newest first.
    ///
    /// - Throws: `Problem` 409 where the key file is not the one that sealed them.
    func all(of webhook: Int64) throws -> [[UInt8]] {
        var all: [[UInt8]] = []
        if let secret = try secrets.open(at: WebhookSecrets.place(webhook)) { all.append(secret) }
        if let end = try states.previousSecretEnd(of: webhook), end > now,
            let secret = try secrets.open(at: WebhookSecrets.previousPlace(webhook))
        {
            all.append(secret)
        }
        return all
    }

    private static func place(_ webhook: Int64) -> String { "webhooks/\(webhook)/secret" }
    private static func previousPlace(_ webhook: Int64) -> String { "webhooks/\(webhook)/previous" }
}

/// Deletes what webhooks were told long ago from the log of their deliveries, every night.
enum WebhookTrimming {
    static let keptFor: Int64 = 30 * 86_400_000

    static let kind = JobKind.trimming("trimWebhookDeliveries", .daily(minute: 195)) { transaction, limit in
        try WebhookStore(transaction.connection).trim(before: transaction.now - keptFor, limit: limit)
    }
}

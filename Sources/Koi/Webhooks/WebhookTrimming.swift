import KoiJSON

/// Deletes what webhooks were told long ago from the log of their deliveries, every night.
enum WebhookTrimming {
    static let keptFor: Int64 = 30 * 86_400_000
    /// Rows between two looks at the clock.
    private static let step: Int64 = 100

    static let kind = JobKind("trimWebhookDeliveries", recurrence: .daily(minute: 195)) { chunk in
        let store = WebhookStore(chunk.transaction.connection)
        let oldest = chunk.transaction.now - keptFor
        while chunk.hasTime {
            let count = try store.trim(before: oldest, limit: step)
            chunk.done += Int64(count)
            if count == 0 { return .done(["trimmed": .integer(chunk.done)]) }
        }
        return .more
    }
}

import KoiHTTP
import KoiJSON
import KoiSQLite
import Logging

/// What webhooks are told next, and what becomes of it: reads the log and the deliveries, and stores the outcomes.
///
/// Used by one queue, but for `settle`.
struct WebhookDesk: Sendable {
    /// Deliveries of one webhook that wait: beyond these its log is not read any further.
    private static let longestQueue: Int64 = 1_000
    /// Found in one go.
    private static let batch = 200
    /// Events for which a position is not written down by itself.
    private static let stride: Int64 = 1_000
    /// From 5 seconds to a day: ten attempts take about a day and a half.
    static let retry = JobRetry(maximumAttempts: 11, firstDelay: 5_000, longestDelay: 86_400_000)
    /// Attempts in a row, and for how long, that must fail before a webhook is paused.
    private static let failuresBeforePause: Int64 = 10
    private static let failingBeforePause: Int64 = 86_400_000

    let app: App

    // MARK: What happened

    /// Looks at what has happened since the last time and has it delivered.
    ///
    /// - Parameters:
    ///   - known: up to where it has looked, where that is not stored.
    /// - Returns: up to where it has looked, and whether there is more.
    func scan(
        _ state: WebhookStore.State,
        after known: Int64,
        head: Int64,
        _ reader: Connection
    ) throws -> (position: Int64, hasMore: Bool) {
        let store = WebhookStore(reader)
        guard known < head || state.replay != nil,
            try store.waitingCount(of: state.webhook) < WebhookDesk.longestQueue,
            let (maker, selection) = try self.selection(of: state.webhook, reader)
        else { return (known, false) }
        let reach = try ChangeReader(maker, of: selection.changes.resources, withResets: false)
        let (position, found) = try find(reach, selection, after: known, through: head)
        let mustStore = !found.isEmpty || position - state.position >= WebhookDesk.stride
        let replayed = try state.replay.map { try find(reach, selection, after: $0.lowerBound, through: $0.upperBound) }
        if mustStore || replayed != nil {
            try app.perform { transaction in
                let store = WebhookStore(transaction.connection)
                let all = found + (replayed?.found ?? [])
                for (sequence, subject) in all {
                    _ = try store.add(sequence, subject, for: state.webhook, now: transaction.now)
                }
                try store.setPosition(of: state.webhook, to: position)
                guard let replayed, let replay = state.replay else { return }
                let isOver = replayed.position >= replay.upperBound
                try store.advanceReplay(of: state.webhook, from: replay, to: isOver ? nil : replayed.position)
            }
        }
        let hasMoreReplay = replayed.map { $0.position < state.replay?.upperBound ?? 0 } ?? false
        return (position, position < head || hasMoreReplay)
    }

    private typealias Found = (position: Int64, found: [(Int64, EventSubject)])

    private func find(
        _ reader: ChangeReader,
        _ selection: WebhookSelection,
        after position: Int64,
        through head: Int64
    ) throws -> Found {
        var found: [(Int64, EventSubject)] = []
        let through = try reader.each(after: position, through: head, selection.changes) { change in
            if try selection.takes(change), let resource = change.resource {
                found.append((change.sequence, EventSubject(resource: resource.name, id: change.record)))
            }
            return found.count < WebhookDesk.batch
        }
        return (through, found)
    }

    private func selection(
        of webhook: Int64,
        _ reader: Connection
    ) throws -> (Transaction, WebhookSelection)? {
        guard let record = try RecordStore(Webhook.resource, reader).find(webhook, .all) else { return nil }
        guard let transaction = try self.transaction(for: record, reader) else {
            try pause(webhook, "maker")
            return nil
        }
        do {
            return (transaction, try WebhookSelection(record, transaction))
        } catch is Problem {
            try pause(webhook, "filter")
            return nil
        }
    }

    /// Reads as the webhook's maker; nil where the user or the key has ended.
    private func transaction(for webhook: Record, _ reader: Connection) throws -> Transaction? {
        let actor = try Webhook.actor(
            user: webhook["user"].integerValue ?? 0,
            key: webhook["key"].integerValue,
            at: app.clock.now(),
            in: app.catalog,
            reader
        )
        return actor.map { app.transaction(on: reader, as: $0) }
    }

    // MARK: What goes out

    /// The request that tells a webhook; nil where nothing is to be sent by now, which is stored.
    func request(for delivery: WebhookDelivery, _ reader: Connection) throws -> OutgoingRequest? {
        guard let webhook = try RecordStore(Webhook.resource, reader).find(delivery.webhook, .all),
            let url = OutgoingURL(webhook["url"].stringValue ?? "")
        else {
            try drop(delivery)
            return nil
        }
        guard let transaction = try self.transaction(for: webhook, reader) else {
            // What waits is told once it has a maker again; a test tells how things are now.
            if delivery.sequence == nil { try drop(delivery) } else { try pause(delivery.webhook, "maker") }
            return nil
        }
        do {
            guard let request = try WebhookMessage(delivery, transaction).request(to: url) else {
                try drop(delivery)
                return nil
            }
            note(transaction)
            return request
        } catch let problem as Problem {
            let failure = DeliveryFailure(problem.code, problem.detail.en, problem.detail.zh)
            try settle(delivery, WebhookOutcome(at: app.clock.now(), duration: 0, failure: failure))
            return nil
        }
    }

    private func drop(_ delivery: WebhookDelivery) throws {
        try app.perform { try WebhookStore($0.connection).drop(delivery.id, now: $0.now) }
    }

    /// What is held back from others leaves Koi in clear: written down as for whoever reads it.
    private func note(_ transaction: Transaction) {
        guard !transaction.sightings.isEmpty else { return }
        let entry = AccessEntry(at: transaction.now, actor: transaction.actor, request: nil, address: "")
        for entry in transaction.sightings.entries(entry) { app.ledger.note(.read(entry)) }
    }

    // MARK: What came of it

    /// Safe to call from any thread.
    func settle(_ delivery: WebhookDelivery, _ outcome: WebhookOutcome) throws {
        if let failure = outcome.failure {
            app.logger.notice(
                "webhook failed",
                metadata: ["webhook": "\(delivery.webhook)", "delivery": "\(delivery.id)", "code": "\(failure.code)"]
            )
        }
        try app.perform { transaction in
            let store = WebhookStore(transaction.connection)
            var outcome = outcome
            // It may repeat what it was told of somebody who was erased while it was told.
            if try self.wasErased(delivery, transaction.connection) { outcome.response = nil }
            guard outcome.isDelivered else { return try self.fail(delivery, outcome, store, transaction) }
            try store.settle(delivery.id, outcome, .delivered, due: nil)
            try store.setFailures(of: delivery.webhook, 0, since: nil)
        }
    }

    private func wasErased(_ delivery: WebhookDelivery, _ connection: Connection) throws -> Bool {
        guard let subject = delivery.subject, let sequence = delivery.sequence else { return false }
        return try connection.first(
            "SELECT 1 FROM events WHERE resource = ? AND record = ? AND sequence > ? AND type LIKE '%' || ?",
            [.text(subject.resource), .integer(subject.id), .integer(sequence), .text(EventChain.erased)]
        ) { _ in true } ?? false
    }

    private func fail(
        _ delivery: WebhookDelivery,
        _ outcome: WebhookOutcome,
        _ store: WebhookStore,
        _ transaction: Transaction
    ) throws {
        let attempts = delivery.attempts + 1
        let isTest = delivery.sequence == nil
        let pauses = try isTest ? nil : countFailure(of: delivery.webhook, outcome, store)
        // A webhook that is paused goes on with what it was not told.
        let isLast = isTest || pauses == nil && attempts >= WebhookDesk.retry.maximumAttempts
        let delay = max(WebhookDesk.retry.delay(after: attempts), outcome.retryAfter)
        try store.settle(delivery.id, outcome, isLast ? .failed : .waiting, due: isLast ? nil : outcome.at + delay)
        if let pauses { try pause(delivery.webhook, pauses, in: transaction) }
    }

    /// - Returns: why it is to be paused; nil where it is not.
    private func countFailure(of webhook: Int64, _ outcome: WebhookOutcome, _ store: WebhookStore) throws -> String? {
        guard let before = try store.failures(of: webhook) else { return nil }
        let since = before.since ?? outcome.at
        try store.setFailures(of: webhook, before.count + 1, since: since)
        if outcome.isGone { return "gone" }
        let isLong = outcome.at - since >= WebhookDesk.failingBeforePause
        return isLong && before.count + 1 >= WebhookDesk.failuresBeforePause ? "failing" : nil
    }

    private func pause(_ webhook: Int64, _ reason: String) throws {
        try app.perform { try self.pause(webhook, reason, in: $0) }
    }

    /// Stops telling it, and tells whoever it belongs to.
    private func pause(_ webhook: Int64, _ reason: String, in transaction: Transaction) throws {
        let records = RecordStore(Webhook.resource, transaction.connection)
        guard let before = try records.find(webhook, .all), before["active"] == true else { return }
        var record = before
        record["active"] = false
        _ = try RecordService(Webhook.resource, transaction).save(record, before: before)
        try WebhookStore(transaction.connection).setPause(of: webhook, reason)
        guard let user = before["user"].integerValue else { return }
        try transaction.notifications.add(
            to: user,
            .webhookPaused,
            about: EventSubject(resource: Webhook.resource.name, id: webhook)
        )
    }
}

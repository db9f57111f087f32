import KoiJSON
import KoiSQLite

/// One event that a webhook is told, or a test: a row of `webhook_deliveries`.
struct WebhookDelivery: Sendable {
    enum State: String, Sendable, CaseIterable {
        case waiting
        case delivered
        case failed
        /// Not to be told any more: the record is out of sight, or the webhook was removed.
        case dropped
    }

    let id: Int64
    let webhook: Int64
    /// Nil for a test.
    let sequence: Int64?
    let subject: EventSubject?
    let attempts: Int64
    let due: Int64
    let state: String
    let attemptedAt: Int64?
    let duration: Int64?
    let status: Int64?
    let response: String?
    let failure: DeliveryFailure?
    let createdAt: Int64
    let finishedAt: Int64?

    /// The same for each attempt and each replay, so that a receiver can tell what it had already; another where the number of
    /// the event was given again after a restore.
    func messageID(in log: String) -> String {
        "msg_\(log)_\(webhook)_" + (sequence.map(String.init) ?? "test_\(id)")
    }
}

extension WebhookDelivery {
    /// The columns in the order in which `init(row)` reads them, of alias `d`.
    static let columns = """
        d.id, d.webhook, d.sequence, d.resource, d.record, d.attempts, d.due, d.state, d."attemptedAt", d.duration, \
        d.status, d.response, d.error, d."createdAt", d."finishedAt"
        """

    init(_ row: Row) {
        id = row.int(0)
        webhook = row.int(1)
        sequence = row.intOrNil(2)
        subject = row.int(4) == 0 ? nil : EventSubject(resource: row.text(3), id: row.int(4))
        attempts = row.int(5)
        due = row.int(6)
        state = row.text(7)
        attemptedAt = row.intOrNil(8)
        duration = row.intOrNil(9)
        status = row.intOrNil(10)
        response = row.textOrNil(11)
        failure = row.textOrNil(12).flatMap(DeliveryFailure.init(stored:))
        createdAt = row.int(13)
        finishedAt = row.intOrNil(14)
    }

    /// As clients see it.
    func document(_ language: Language, _ log: String) -> JSONValue {
        func time(_ value: Int64?) -> JSONValue { value.map { .string(Timestamp.text($0)) } ?? .null }
        func number(_ value: Int64?) -> JSONValue { value.map(JSONValue.integer) ?? .null }
        var about = JSONValue.null
        if let subject { about = ["resource": .string(subject.resource), "id": .integer(subject.id)] }
        var error = JSONValue.null
        if let failure { error = ["code": .string(failure.code), "message": .string(failure.message(language))] }
        let next = state == State.waiting.rawValue ? due : nil
        return [
            "id": .integer(id),
            "message": .string(messageID(in: log)),
            "sequence": number(sequence),
            "subject": about,
            "state": .string(state),
            "attempts": .integer(attempts),
            "nextAttemptAt": time(next),
            "attemptedAt": time(attemptedAt),
            "duration": number(duration),
            "status": number(status),
            "response": response.map(JSONValue.string) ?? .null,
            "error": error,
            "createdAt": time(createdAt),
            "finishedAt": time(finishedAt),
        ]
    }
}

/// What came of an attempt.
struct WebhookOutcome: Sendable {
    let at: Int64
    /// In milliseconds.
    let duration: Int64
    var status: Int64?
    /// The beginning of what was answered.
    var response: String?
    var failure: DeliveryFailure?
    /// In milliseconds, where the receiver said so.
    var retryAfter: Int64 = 0

    var isDelivered: Bool { failure == nil }
    /// RFC 9110 §15.5.11: the receiver wants no more.
    var isGone: Bool { status == 410 }
}

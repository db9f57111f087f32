import Foundation
import KoiSQLite

/// How many messages may go out: on a channel on a day of the company, and to one address within some days.
struct MessageQuota {
    private static let day: Int64 = 86_400_000

    private let transaction: Transaction
    private var settings: Settings { transaction.catalog.settings.current }

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Counts a message, durably, where it was not counted by an earlier attempt.
    ///
    /// - Throws: `DeliveryFailure` where its recipient has had enough, `DeliveryDelay` where the day has.
    func take(_ addressee: Addressee) throws {
        guard addressee.recipient.begunAt == nil else { return }
        try requireFew(addressee)
        let channel = addressee.gateway.map(OutboxMessage.Channel.gateway) ?? .mail
        guard let limit = try limit(of: addressee.gateway) else { return try count(channel.stored) }
        let counted = try transaction.connection.first(
            "SELECT \"count\" FROM message_days WHERE channel = ? AND day = ?",
            [.text(channel.stored), .text(today.name)]
        ) { $0.int(0) }
        guard counted ?? 0 < limit else { throw DeliveryDelay(until: today.end, reason: .dayIsFull) }
        try count(channel.stored)
    }

    /// What is transactional counts for nothing here: who asks often is answered often.
    private func requireFew(_ addressee: Addressee) throws {
        guard addressee.purpose != .transactional, let limit = settings.messagesPerPerson else { return }
        let since = transaction.now - settings.messagesPeriod * MessageQuota.day
        let count = try RecipientStore(transaction.connection)
            .count(to: addressee.digest, since: since, besides: addressee.recipient.id)
        guard count < limit else { throw DeliveryFailure.hadEnough }
    }

    private func limit(of gateway: Int64?) throws -> Int64? {
        let own = try gateway.flatMap { id in
            try transaction.connection.first(#"SELECT "perDay" FROM gateways WHERE id = ?"#, [.integer(id)]) {
                $0.intOrNil(0)
            } ?? nil
        }
        return [own, settings.messagesPerDay].compactMap { $0 }.min()
    }

    private func count(_ channel: String) throws {
        try transaction.connection.run(
            """
            INSERT INTO message_days (channel, day, "count") VALUES (?, ?, 1)
            ON CONFLICT (channel, day) DO UPDATE SET "count" = "count" + 1
            """,
            [.text(channel), .text(today.name)]
        )
    }

    /// By the clock of the company.
    private var today: (name: String, end: Int64) {
        let now = transaction.now
        let date = Date(timeIntervalSince1970: Double(now) / 1_000)
        let offset = Int64(TimeZone(identifier: settings.timeZone)?.secondsFromGMT(for: date) ?? 0) * 1_000
        let days = (now + offset).flooredQuotient(MessageQuota.day)
        return (CalendarDate(daysSince1970: days).text, (days + 1) * MessageQuota.day - offset)
    }
}

extension DeliveryFailure {
    static let dayIsFull = DeliveryFailure(
        "day_quota",
        "As many messages as may go out on this channel on one day have gone; it goes on the next day.",
        "今日该渠道的发送数量已达上限，将于次日继续发送。"
    )
    static let hadEnough = DeliveryFailure(
        "quota",
        "The recipient has had as many messages as may go to one address within this time.",
        "该收件人在此期间收到的消息已达上限。",
        isRefusal: true
    )
}

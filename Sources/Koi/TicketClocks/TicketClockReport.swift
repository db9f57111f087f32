import Foundation
import KoiJSON
import KoiSQLite

/// The clocks of a ticket as people can check them: each figure with what it follows from.
struct TicketClockReport {
    private let ticket: Record
    private let transaction: Transaction
    private let policies: ServicePolicies

    init(_ ticket: Record, _ transaction: Transaction) {
        self.ticket = ticket
        self.transaction = transaction
        policies = ServicePolicies(transaction)
    }

    func document(_ language: Language) throws -> JSONValue {
        let terms = try policies.terms(of: ticket)
        let log = try TicketClockStore(transaction.connection).log(of: ticket.id)
        let book = TicketClockBook(log.map(\.event))
        var entries = Entries(log)
        return [
            "policy": JSONValue(terms?.policy), "calendar": JSONValue(terms?.calendar),
            "pauses": .array(
                TicketRest.pausing.filter { terms?.pauses.contains($0) ?? false }.map { .string($0.rawValue) }
            ),
            "nextDueAt": ticket["nextDueAt"],
            "clocks": .array(try book.rounds.map { try clock($0, terms, entries.take(of: $0), language) }),
        ]
    }

    private func clock(
        _ clock: TicketClock,
        _ terms: ServiceTerms?,
        _ log: [JSONValue],
        _ language: Language
    ) throws -> JSONValue {
        let time = try policies.time(clock.calendar)
        let due = clock.hasEnded ? clock.saidDue : clock.due(time)
        let left = clock.left ?? clock.left(at: transaction.now, time)
        return [
            "clock": .string(clock.kind.rawValue), "name": .string(clock.kind.label(language)),
            "user": JSONValue(clock.key.user), "status": .string(clock.status.rawValue),
            "policy": JSONValue(clock.policy), "calendar": JSONValue(clock.calendar),
            "timeZone": .string(time.zone.identifier),
            "startedAt": TicketClockReport.text(clock.start), "targetMinutes": .integer(clock.target),
            "pauses": .array(clock.pauses.map(TicketClockReport.period)),
            "pausedSince": TicketClockReport.text(clock.pausedSince),
            "holidays": .array(try holidays(clock, until: clock.endedAt ?? due ?? transaction.now, time)),
            "dueAt": TicketClockReport.text(due),
            "warnAt": clock.hasEnded
                ? .null : TicketClockReport.text(terms.flatMap { clock.warning($0.warning, time) }),
            "endedAt": TicketClockReport.text(clock.endedAt),
            "workedMinutes": TicketClockReport.minutes(clock.target * TicketClock.minute - left),
            "leftMinutes": TicketClockReport.minutes(left),
            "late": isLate(clock, due).map(JSONValue.bool) ?? .null,
            "warnedAt": TicketClockReport.text(clock.warnedAt), "breachedAt": TicketClockReport.text(clock.breachedAt),
            "escalations": .array(
                clock.escalations.map { ["user": .integer($0.user), "at": TicketClockReport.text($0.at)] }
            ),
            "log": .array(log),
        ]
    }

    /// Of what was cancelled, nobody can tell.
    private func isLate(_ clock: TicketClock, _ due: Int64?) -> Bool? {
        guard !clock.hasEnded else { return clock.isLate }
        return due.map { $0 < transaction.now } ?? false
    }

    /// Those days off of the calendar that lie within the time of a clock.
    private func holidays(_ clock: TicketClock, until end: Int64, _ time: WorkingTime) throws -> [JSONValue] {
        guard let id = try clock.calendar ?? WorkingTimes(transaction).main(),
            let calendar = try RecordStore(WorkingCalendar.resource, transaction.connection).find(id, .all)
        else { return [] }
        let offsets = ZoneOffsets(zone: time.zone)
        func day(_ moment: Int64) -> Int64 {
            (moment + offsets.offset(at: moment)).flooredQuotient(86_400_000)
        }
        guard clock.start <= end else { return [] }
        let days = day(clock.start)...day(end)
        return WorkingCalendar.items(calendar, "holidays")
            .filter { WorkingCalendar.days($0)?.overlaps(days) ?? false }
            .map { .object($0) }
    }

    // MARK: Values

    static func text(_ moment: Int64?) -> JSONValue {
        moment.map { .string(Timestamp.text($0)) } ?? .null
    }

    private static func period(_ pause: Range<Int64>) -> JSONValue {
        ["from": text(pause.lowerBound), "to": text(pause.upperBound)]
    }

    /// To the second: what is shown as nothing is nothing.
    private static func minutes(_ milliseconds: Int64) -> JSONValue {
        let minutes = Double(milliseconds) / Double(TicketClock.minute)
        return JSONValue(shortest: (minutes * 1_000).rounded() / 1_000)
    }

    /// The entries of the log by the round of which they tell.
    private struct Entries {
        private var rest: [TicketClockStore.Entry]

        init(_ log: [TicketClockStore.Entry]) { rest = log }

        /// Those of the first round of a clock that are left.
        mutating func take(of clock: TicketClock) -> [JSONValue] {
            var taken: [JSONValue] = []
            var kept: [TicketClockStore.Entry] = []
            var hasEnded = false
            var isOver = false
            for entry in rest {
                let event = entry.event
                guard event.key == clock.key, !isOver, !(event.verb == .started && hasEnded) else {
                    isOver = isOver || event.key == clock.key
                    kept.append(entry)
                    continue
                }
                taken.append(Entries.json(entry))
                hasEnded = event.verb == .met || event.verb == .cancelled || hasEnded && event.verb != .resumed
            }
            rest = kept
            return taken
        }

        private static func json(_ entry: TicketClockStore.Entry) -> JSONValue {
            let event = entry.event
            return [
                "id": .integer(entry.id), "event": .string(event.verb.rawValue), "at": text(event.at),
                "user": JSONValue(event.user), "targetMinutes": JSONValue(event.target), "dueAt": text(event.due),
                "policy": JSONValue(event.policy), "calendar": JSONValue(event.calendar),
                "cause": JSONValue(event.cause),
            ]
        }
    }
}

extension JSONValue {
    fileprivate init(_ number: Int64?) { self = number.map(JSONValue.integer) ?? .null }
}

import KoiHTTP
import KoiJSON

/// When somebody works, to be looked at before anything relies on it.
package enum CalendarRoutes {
    package static let routes: [Route] = all.map { $0.permitted(.records) }

    private static let all: [Route] = [
        .get("/v1/calendars/{id}/working-time", ofCalendar).documented(CalendarDocumentation.ofCalendar),
        .get("/v1/users/{id}/working-time", ofUser).documented(CalendarDocumentation.ofUser),
    ]

    private static func ofCalendar(_ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        let calendar = try RecordService(WorkingCalendar.resource, transaction).find(call.id())
        let query = try WorkingTimeQuery(call.query, transaction)
        let zone = transaction.catalog.settings.current.timeZone
        return .json(Array(query.answer(WorkingCalendar.workingTime(calendar, zone)).text.utf8))
    }

    private static func ofUser(_ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        let user = try RecordService(User.resource, transaction).find(call.id())
        let query = try WorkingTimeQuery(call.query, transaction)
        let time = try WorkingTimes(transaction).user(user.id, from: query.earliest)
        return .json(Array(query.answer(time).text.utf8))
    }
}

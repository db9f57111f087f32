import KoiHTTP
import KoiJSON

/// The page on which the customer of a ticket sees how it stands, and answers.
enum TicketPageRoutes {
    private static let path = TicketLinks.path + "{token}"
    /// What is sent with the browser's own names for characters takes nine bytes for one.
    private static let maximumBody = 256 << 10

    static let routes: [Route] = [
        Route(.get, path, .read(show)).access(.link).bodyLimit(4 << 10).alone(),
        Route(.post, path, .write(take)).access(.link).bodyLimit(maximumBody).alone().taking(IntakeValues.types),
    ]

    private static func show(_ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        guard let ticket = try TicketLinks(transaction).ticket(of: token(call)) else { return unknown(call) }
        let isSent = call.query.contains { $0.name == "sent" }
        return .page(try page(ticket, transaction).html(isSent ? .thanks : nil))
    }

    /// What was sent is shown by another request, so that to load the page again sends nothing again.
    private static func take(_ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        guard let ticket = try TicketLinks(transaction).ticket(of: token(call)) else { return unknown(call) }
        let values = try IntakeValues(call)
        let customer = Actor(kind: .link, user: nil, access: .full)
        do {
            try transaction.acting(as: customer) { try TicketAnswers($0).take(values, for: ticket) }
        } catch let problem as Problem where !problem.issues.isEmpty || problem.status == .conflict {
            return .refusedPage(
                try page(ticket, transaction)
                    .html(
                        .problem(problem.issues.first?.message ?? problem.detail),
                        typed: values.text(TicketPage.field)
                    )
            )
        }
        return .seeOther(TicketLinks.path + token(call) + "?sent=1")
    }

    private static func page(_ ticket: Record, _ transaction: Transaction) throws -> TicketPage {
        try TicketPage(TicketView(ticket, transaction), zone: transaction.catalog.settings.current.timeZone)
    }

    private static func unknown(_ call: Call) -> Answer { .page(TicketPage.unknown(call.language), isFound: false) }

    private static func token(_ call: Call) -> String { call.captures["token"] ?? "" }
}

extension Answer {
    /// A page that shows once more what was sent, and what is wrong with it.
    fileprivate static func refusedPage(_ bytes: [UInt8]) -> Answer {
        var fields = PageSecurity.fields
        fields.append("Content-Type", "text/html; charset=utf-8")
        fields.append("Vary", "Accept-Language")
        fields.append("Cache-Control", "no-store")
        return Answer(.unprocessableContent, fields: fields, bytes)
    }

    fileprivate static func seeOther(_ path: String) -> Answer {
        Answer(.seeOther, fields: Fields([("Location", path), ("Cache-Control", "no-store")]), [])
    }
}

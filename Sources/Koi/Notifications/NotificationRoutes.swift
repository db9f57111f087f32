import KoiHTTP
import KoiJSON

/// `/v1/notifications`: what one is told, and how one wants to be.
package enum NotificationRoutes {
    package static let routes: [Route] = all.map { $0.permitted(.anyone) }

    private static let all: [Route] = [
        .get("/v1/notifications", list).documented(NotificationDocumentation.list),
        .get("/v1/notifications/{id}", show).documented(NotificationDocumentation.show),
        .put("/v1/notifications/{id}/reading", read).documented(NotificationDocumentation.read),
        .put("/v1/notifications/reading", readAll).documented(NotificationDocumentation.readAll),
        .delete("/v1/notifications/{id}", remove).documented(NotificationDocumentation.remove),
        .get("/v1/me/notification-preferences", preferences).documented(NotificationDocumentation.preferences),
        .put("/v1/me/notification-preferences", prefer).documented(NotificationDocumentation.prefer),
    ]

    private static func list(_ call: Call) throws -> Answer {
        try call.require(.read)
        return .json(try NotificationList(call.query).document(call.transaction(), call.language))
    }

    private static func show(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        try call.require(.read)
        let transaction = try call.transaction()
        return try call.answer(transaction.notifications.find(call.id()))
    }

    private static func read(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        try call.require(.change)
        let transaction = try call.transaction()
        return try call.answer(transaction.notifications.read(call.id()))
    }

    private static func readAll(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        try call.require(.change)
        let body = try NotificationDocumentation.reading.read(call.object())
        let count = try call.transaction().notifications.readAll(upTo: body["upTo"]?.integerValue ?? 0)
        return .json(Array((["read": .integer(Int64(count))] as JSONValue).text.utf8))
    }

    private static func remove(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        try call.require(.remove)
        try call.transaction().notifications.remove(call.id())
        return .noContent
    }

    private static func preferences(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        try call.require(.read)
        return try call.answerPreferences()
    }

    private static func prefer(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        try call.require(.change)
        let transaction = try call.transaction()
        try NotificationPreferences(transaction.connection).replace(call.object(), of: call.user(), in: transaction)
        return try call.answerPreferences()
    }
}

extension Call {
    /// No role gives a right to what is one's own; the scopes of a key may withhold it.
    fileprivate func require(_ verb: Verb) throws {
        guard actor.access.allowsPersonal(verb, on: KeyScopes.notifications) else {
            throw Problem.notPermitted(verb, KeyScopes.notifications)
        }
    }

    /// - Throws: `Problem.notFound` where Koi itself asks, which is nobody.
    fileprivate func user() throws -> Int64 {
        guard let user = actor.user else { throw Problem.notFound(User.resource.label) }
        return user
    }

    fileprivate func answer(_ notification: Notification) throws -> Answer {
        let document = try NotificationText(transaction(), language).document(notification)
        return .json(Array(document.text.utf8))
    }

    fileprivate func answerPreferences() throws -> Answer {
        let document = try NotificationPreferences(transaction().connection).document(of: user())
        return .json(Array(JSONValue.object(document).text.utf8))
    }
}

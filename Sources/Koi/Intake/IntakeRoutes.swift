import KoiHTTP
import KoiJSON

/// Where strangers fetch a form and send it, from whichever site it stands on.
enum IntakeRoutes {
    private static let path = "/intake/{token}"
    /// Of all fields of a form together.
    private static let maximumBody = 256 << 10

    static let routes: [Route] = [
        Route(.get, path, .read(show)).access(.link).bodyLimit(4 << 10).alone(),
        Route(.post, path, .write(take)).access(.link).bodyLimit(maximumBody).alone().taking(IntakeValues.types),
    ]

    private static func show(_ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        let service = IntakeService(transaction)
        guard wantsPage(call) else {
            try call.refuseParameters()
            return try IntakeAnswer(service.form(token(call)), call).json
        }
        guard let form = try? service.form(token(call)) else { return IntakePage(call.language).unknown }
        return try IntakePage(call.language).form(form, transaction)
    }

    private static func take(_ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        let isPage = wantsPage(call)
        let form: Record
        do {
            form = try IntakeService(transaction).form(token(call))
        } catch let problem as Problem where isPage && problem.status == .notFound {
            return IntakePage(call.language).unknown
        }
        try transaction.catalog.intakeRates.count(form.id, from: call.request.peer, at: transaction.now)
        let values = try IntakeValues(call)
        let koi = Actor(kind: .link, user: nil, access: .full)
        do {
            try transaction.acting(as: koi) { try IntakeService($0).take(values, by: form) }
        } catch let problem as Problem where isPage && !problem.issues.isEmpty {
            return try IntakePage(call.language).refused(problem, values, form, transaction)
        }
        return isPage || values.isForm ? IntakePage(call.language).thanks(form) : IntakeAnswer.taken
    }

    private static func token(_ call: Call) -> String { call.captures["token"] ?? "" }

    /// Whether a person looks at what comes back.
    private static func wantsPage(_ call: Call) -> Bool {
        call.request.head.fields.values("Accept").contains { $0.lowercased().contains("text/html") }
    }
}

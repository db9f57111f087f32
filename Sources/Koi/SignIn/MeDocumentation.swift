import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of `/v1/me`.
enum MeDocumentation {
    static let show: RouteDocumentation = {
        var docs = RouteDocumentation("showMe", tag: "me", "Who asks, and how far each of their rights reaches.")
        docs.answer = SessionDocumentation.me
        docs.problems = [.badRequest, .notFound]
        return docs
    }()

    static let change: RouteDocumentation = {
        var docs = RouteDocumentation(
            "changeMe",
            tag: "me",
            "Changes one's own name, language or time zone, which takes no right where one has signed in."
        )
        docs.request = Schema.object([
            "name": ["type": "string", "minLength": 1, "maxLength": 200],
            "language": ["type": ["string", "null"], "enum": ["zh", "en", nil]],
            "timeZone": ["type": ["string", "null"], "maxLength": 64],
        ])
        docs.requestType = "application/merge-patch+json"
        docs.answer = SessionDocumentation.me
        docs.problems = [.badRequest, .forbidden, .notFound, .unsupportedMediaType, .unprocessableContent]
        return docs
    }()

    static let changePassword: RouteDocumentation = {
        var docs = RouteDocumentation(
            "changePassword",
            tag: "me",
            "Sets another password, ends all other sessions and forgets all other devices. Takes a session: a key is refused."
        )
        docs.request = Schema.object(["current": password, "new": newPassword], required: ["current", "new"])
        docs.status = .noContent
        docs.problems = confirmed
        return docs
    }()

    static let beginFactor: RouteDocumentation = {
        var docs = RouteDocumentation(
            "beginSecondFactor",
            tag: "me",
            "Makes a secret for an authenticator app (RFC 6238: SHA-1, 30 s, 6 digits). It counts for nothing until a code of it is confirmed."
        )
        docs.request = Schema.object(["password": password], required: ["password"])
        docs.status = .created
        docs.answer = Schema.object(
            [
                "secret": ["type": "string", "description": "In Base32, to be typed."],
                "uri": ["type": "string", "description": "otpauth://…, to be shown as a QR code."],
            ],
            required: ["secret", "uri"]
        )
        docs.answerFields = ["Location": "Where it is confirmed."]
        docs.problems = confirmed + [.conflict]
        return docs
    }()

    static let confirmFactor: RouteDocumentation = {
        var docs = RouteDocumentation(
            "confirmSecondFactor",
            tag: "me",
            "Has signing in take codes from here on, and answers ten recovery codes, each good for one sign-in; they are shown this once."
        )
        docs.request = Schema.object(
            ["code": ["type": "string", "minLength": 1, "maxLength": 100]],
            required: ["code"]
        )
        docs.answer = Schema.object(
            ["recoveryCodes": Schema.array(["type": "string"])],
            required: ["recoveryCodes"]
        )
        docs.problems = [.badRequest, .forbidden, .conflict, .unsupportedMediaType, .unprocessableContent]
        return docs
    }()

    static let removeFactor: RouteDocumentation = {
        var docs = RouteDocumentation("removeSecondFactor", tag: "me", "Has signing in take no codes any more.")
        docs.request = Schema.object(["password": password], required: ["password"])
        docs.status = .noContent
        docs.problems = confirmed
        return docs
    }()

    private static let confirmed: [Status] = [
        .badRequest, .forbidden, .unsupportedMediaType, .unprocessableContent, .tooManyRequests,
    ]

    private static let password: JSONValue = [
        "type": "string", "maxLength": .integer(Int64(PasswordRules.maximumLength)),
    ]

    static let newPassword: JSONValue = [
        "type": "string", "minLength": .integer(Int64(PasswordRules.minimumLength)),
        "maxLength": .integer(Int64(PasswordRules.maximumLength)),
        "description": "Not the name or address, not among the commonest.",
    ]
}

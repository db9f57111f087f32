import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of signing in and out.
enum SessionDocumentation {
    static let create: RouteDocumentation = {
        var docs = RouteDocumentation(
            "createSession",
            tag: "sign-in",
            "Signs in: the answer sets the cookies koi_session and koi_device. A wrong password, an unknown address, a wrong code and too many tries are all answered with 401 sign_in_failed after the same time; 401 second_factor_required says that only the code is missing."
        )
        docs.request = Schema.object(
            [
                "email": ["type": "string", "minLength": 1, "maxLength": 254],
                "password": ["type": "string", "maxLength": .integer(Int64(PasswordRules.maximumLength))],
                "code": [
                    "type": ["string", "null"], "maxLength": 100,
                    "description": "Of the authenticator app, or a recovery code.",
                ],
            ],
            required: ["email", "password"]
        )
        docs.status = .created
        docs.answer = signedIn
        docs.answerFields = [
            "Location": "The session.", "Set-Cookie": "koi_session and koi_device, neither readable by scripts.",
        ]
        docs.problems = [.badRequest, .forbidden, .unsupportedMediaType, .unprocessableContent]
        return docs
    }()

    static let list: RouteDocumentation = {
        var docs = RouteDocumentation(
            "showSessions",
            tag: "sign-in",
            "The sessions of whoever asks that have not ended, the newest first; with user those of another, for who may change all users."
        )
        docs.parameters = [Schema.queryParameter("user", Schema.idSchema, "The number of a user.")]
        docs.answer = Schema.object(
            ["items": Schema.array(session), "next": ["type": "null"]],
            required: ["items", "next"]
        )
        docs.problems = [.badRequest, .forbidden]
        return docs
    }()

    static let end: RouteDocumentation = {
        var docs = RouteDocumentation(
            "endSession",
            tag: "sign-in",
            "Ends a session: the next request with it is refused."
        )
        docs.parameters = [Schema.idParameter]
        docs.status = .noContent
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }()

    static let endCurrent: RouteDocumentation = {
        var docs = RouteDocumentation("signOut", tag: "sign-in", "Signs out: ends the session of the cookie.")
        docs.status = .noContent
        docs.answerFields = ["Set-Cookie": "Has the browser forget koi_session."]
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }()

    /// What whoever has signed in is told.
    static let signedIn = Schema.object(["session": session, "user": me], required: ["session", "user"])

    private static let session = Schema.object(
        [
            "id": Schema.idSchema, "user": Schema.idSchema, "createdAt": time, "lastUsedAt": time,
            "expiresAt": [
                "type": "string", "format": "date-time", "description": "When it ends unless it is used before.",
            ],
            "address": ["type": "string"],
            "agent": ["type": "string", "description": "What the browser says that it is."],
            "current": ["type": "boolean", "description": "Whether it is the one that asks."],
        ],
        required: ["id", "user", "createdAt", "lastUsedAt", "expiresAt", "address", "agent", "current"]
    )

    static let me = Schema.object(
        [
            "id": Schema.idSchema,
            "name": ["type": "string"],
            "email": ["type": ["string", "null"]],
            "language": ["type": "string", "enum": ["zh", "en"]],
            "timeZone": ["type": "string"],
            "team": ["type": ["integer", "null"]],
            "role": [
                "type": ["object", "null"],
                "properties": [
                    "id": Schema.idSchema, "key": ["type": ["string", "null"]], "name": ["type": "string"],
                ],
            ],
            "rights": [
                "type": "object",
                "description": "By resource or area and verb: none, own, team or all.",
                "additionalProperties": [
                    "type": "object",
                    "additionalProperties": ["type": "string", "enum": ["none", "own", "team", "all"]],
                ],
            ],
            "secondFactor": ["type": "boolean", "description": "Whether signing in takes a code."],
        ],
        required: ["id", "name", "email", "language", "timeZone", "team", "role", "rights", "secondFactor"]
    )

    private static let time: JSONValue = ["type": "string", "format": "date-time"]
}

import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of links by which people choose a password.
enum InvitationDocumentation {
    static let create: RouteDocumentation = {
        var docs = RouteDocumentation(
            "createInvitation",
            tag: "sign-in",
            "Makes a link by which a user chooses a password, for whoever may change the user and may do no less. It is shown this once, is good for one use, and replaces those before it."
        )
        docs.request = Schema.object(["user": Schema.idSchema], required: ["user"])
        docs.status = .created
        docs.answer = Schema.object(
            [
                "link": ["type": "string", "description": "A path: /welcome.html#…"],
                "user": Schema.idSchema,
                "purpose": ["type": "string", "enum": ["invitation", "password_reset"]],
                "expiresAt": ["type": "string", "format": "date-time"],
            ],
            required: ["link", "user", "purpose", "expiresAt"]
        )
        docs.answerFields = ["Location": "The user."]
        docs.problems = [
            .badRequest, .forbidden, .notFound, .conflict, .unsupportedMediaType, .unprocessableContent,
        ]
        return docs
    }()

    static let look: RouteDocumentation = {
        var docs = RouteDocumentation(
            "showInvitation",
            tag: "sign-in",
            "For whom and what a link is, without using it."
        )
        docs.request = Schema.object(["token": token], required: ["token"])
        docs.answer = Schema.object(
            [
                "purpose": ["type": "string", "enum": ["first_administrator", "invitation", "password_reset"]],
                "name": ["type": ["string", "null"]],
                "email": ["type": ["string", "null"]],
                "expiresAt": ["type": "string", "format": "date-time"],
            ],
            required: ["purpose", "name", "email", "expiresAt"]
        )
        docs.problems = [.badRequest, .forbidden, .notFound, .unsupportedMediaType, .unprocessableContent]
        return docs
    }()

    static let accept: RouteDocumentation = {
        var docs = RouteDocumentation(
            "acceptInvitation",
            tag: "sign-in",
            "Uses a link: sets the password, ends all sessions of the user and signs in. With a second factor it takes a code."
        )
        docs.request = Schema.object(
            [
                "token": token,
                "password": MeDocumentation.newPassword,
                "name": ["type": ["string", "null"], "maxLength": 200, "description": "For the first administrator."],
                "email": [
                    "type": ["string", "null"], "maxLength": 254, "description": "For the first administrator.",
                ],
                "code": ["type": ["string", "null"], "maxLength": 100],
            ],
            required: ["token", "password"]
        )
        docs.status = .created
        docs.answer = SessionDocumentation.signedIn
        docs.answerFields = [
            "Location": "The session.", "Set-Cookie": "koi_session and koi_device, neither readable by scripts.",
        ]
        docs.problems = [
            .badRequest, .forbidden, .notFound, .unsupportedMediaType, .unprocessableContent, .tooManyRequests,
        ]
        return docs
    }()

    private static let token: JSONValue = [
        "type": "string", "minLength": 1, "maxLength": 100, "description": "What stands behind the # of a link.",
    ]
}

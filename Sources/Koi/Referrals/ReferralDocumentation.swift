import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of the routes of referrals.
enum ReferralDocumentation {
    private static let count: JSONValue = ["type": "integer", "format": "int64", "minimum": 0]
    private static let name: JSONValue = ["type": "string", "description": "Where the actor may read it."]

    static func tree(of resource: Resource) -> RouteDocumentation {
        var docs = RouteDocumentation(
            "showReferralsOf" + Schema.component(resource),
            tag: resource.name,
            "Shows whom the \(resource.label.en) referred, whom these referred, and so on."
        )
        docs.parameters = [
            Schema.idParameter,
            Schema.queryParameter(
                "depth",
                [
                    "type": "integer", "minimum": .integer(ReferralTree.depths.lowerBound),
                    "maximum": .integer(ReferralTree.depths.upperBound), "default": .integer(ReferralTree.usualDepth),
                ],
                "How many steps away."
            ),
        ]
        let idOrNull: JSONValue = ["anyOf": [Schema.idSchema, ["type": "null"]]]
        let referrer = Schema.object(["customer": idOrNull, "contact": idOrNull], required: ["customer", "contact"])
        // The same within itself, as deep as was asked for.
        let node: JSONValue = [
            "type": "object",
            "properties": [
                "customer": Schema.idSchema, "name": name, "at": ["type": "string", "format": "date-time"],
                "referred": ["type": "array", "items": ["type": "object"]],
            ],
            "required": ["customer", "at", "referred"],
        ]
        docs.answer = Schema.object(
            [
                "referrer": ["anyOf": [referrer, ["type": "null"]]], "referred": Schema.array(node), "count": count,
                "isCut": ["type": "boolean", "description": "Whether there are more than are told of."],
            ],
            required: ["referrer", "referred", "count", "isCut"]
        )
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }

    static let share: RouteDocumentation = {
        var docs = RouteDocumentation(
            "showReferrals",
            tag: "customers",
            "Says how many of the customers that were added came by referral, and who referred the most."
        )
        docs.parameters = LogDocumentation.period + [Schema.limitParameter]
        let referrer = Schema.object(
            ["customer": Schema.idSchema, "name": name, "referred": count],
            required: ["customer", "referred"]
        )
        docs.answer = Schema.object(
            [
                "customers": count, "referred": count,
                "share": ["type": ["number", "null"], "minimum": 0, "maximum": 1],
                "referrers": Schema.array(referrer),
            ],
            required: ["customers", "referred", "share", "referrers"]
        )
        docs.problems = [.badRequest, .forbidden]
        return docs
    }()
}

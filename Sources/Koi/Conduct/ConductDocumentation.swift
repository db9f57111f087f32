import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of the conduct of tickets.
struct ConductDocumentation {
    var result: RouteDocumentation {
        changing(
            "tellResultOfTicket",
            "Tells the customer the result: a reply that goes to the customer, and without which no ticket is closed.",
            ConductRoutes.result
        )
    }

    var acceptance: RouteDocumentation {
        changing(
            "acceptResultOfTicket",
            "Notes what the customer says to the result that was told: a refused one is none, and the ticket goes on.",
            ConductRoutes.acceptance
        )
    }

    var apology: RouteDocumentation {
        changing(
            "apologiseForTicket",
            "Notes that somebody apologised to the customer, and whether the fault was admitted; words that are given go to the customer.",
            ConductRoutes.apology
        )
    }

    var conduct: RouteDocumentation {
        var docs = RouteDocumentation(
            "showConductOfTicket",
            tag: Ticket.resource.name,
            "Tells how the customer is treated so far: who is responsible, hand-overs, assists, apology, explanation, remedies, result and acceptance, with a checklist and what is missing for closing."
        )
        docs.parameters = [Schema.idParameter]
        docs.answer = ConductDocumentation.conduct
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    /// What the reader's role does not show is null.
    private static let conduct = Schema.object(
        [
            "ticket": Schema.idSchema, "number": shown, "state": shown, "owner": shown, "assignee": shown,
            "handovers": shown,
            "assists": Schema.array(["type": "object"]), "apology": part(["at", "by", "faultAdmitted"]),
            "explanation": part(["at", "until"]), "remedies": Schema.array(["type": "object"]), "result": part(["at"]),
            "acceptance": part(["accepted", "at", "by", "comment"]),
            "checklist": Schema.array(
                Schema.object(
                    ["code": ["type": "string"], "text": ["type": "string"], "done": ["type": "boolean"]],
                    required: ["code", "text", "done"]
                )
            ),
            "missing": Schema.array(
                Schema.object(
                    ["field": ["type": "string"], "code": ["type": "string"], "message": ["type": "string"]],
                    required: ["field", "code", "message"]
                )
            ),
        ],
        required: [
            "ticket", "number", "state", "owner", "assignee", "handovers", "assists", "apology", "explanation",
            "remedies",
            "result", "acceptance", "checklist", "missing",
        ]
    )

    private static let shown: JSONValue = ["type": ["string", "integer", "boolean", "null"]]

    private static func part(_ names: [String]) -> JSONValue {
        let members = JSONObject(names.map { .init(name: $0, value: shown) })
        return ["anyOf": [Schema.object(members, required: names), ["type": "null"]]]
    }

    var completion: RouteDocumentation {
        changing(
            "completeTicketAssist",
            "Says that an assist is done, with what came of it; whoever asked is told. One that is done stays as it is.",
            ConductRoutes.completion,
            of: TicketAssist.resource
        )
    }

    var approval: RouteDocumentation {
        changing(
            "decideTicketRemedy",
            "Approves a remedy that is above the authority of whoever proposed it, or does not, with a reason; whose own authority does not reach so far gets 403.",
            RemedyRoutes.approval,
            of: TicketRemedy.resource
        )
    }

    var offer: RouteDocumentation {
        changing(
            "offerTicketRemedy",
            "Offers an approved remedy to the customer, with a link by which that one agrees or declines, once.",
            RemedyRoutes.offering,
            of: TicketRemedy.resource
        )
    }

    var consent: RouteDocumentation {
        changing(
            "answerTicketRemedy",
            "Notes what the customer said to the offer, by whom and when.",
            RemedyRoutes.consenting,
            of: TicketRemedy.resource
        )
    }

    var delivery: RouteDocumentation {
        changing(
            "deliverTicketRemedy",
            "Says that the customer has got it, and what it cost: 409 without the customer's consent.",
            RemedyRoutes.delivering,
            of: TicketRemedy.resource
        )
    }

    func changing(
        _ operation: String,
        _ summary: String,
        _ body: BodyFields,
        of resource: Resource = Ticket.resource
    ) -> RouteDocumentation {
        var docs = RouteDocumentation(operation, tag: resource.name, summary)
        docs.parameters = [
            Schema.idParameter,
            RecordDocumentation.ifMatch,
        ]
        docs.request = body.schema
        docs.answer = Schema.reference(Schema.component(resource))
        docs.answerFields = ["ETag": "Version and representation of the record."]
        docs.problems = [
            .badRequest, .forbidden, .notFound, .conflict, .preconditionFailed, .unsupportedMediaType,
            .unprocessableContent,
        ]
        return docs
    }
}

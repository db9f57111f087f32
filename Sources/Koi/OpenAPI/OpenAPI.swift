import KoiHTTP
package import KoiJSON
import KoiLock
internal import Yams

/// The description of the API (OpenAPI 3.1), made from the same table of routes and field lists that serve the requests.
package struct OpenAPI {
    private let resources: [Resource]

    package init(_ resources: [Resource] = Routes.resources) {
        self.resources = resources
    }

    package static let version = "0.1.0"

    /// The document as `openapi.yaml` has it.
    package func yaml() throws -> String {
        try Yams.serialize(
            node: OpenAPI.node(document),
            width: -1,
            allowUnicode: true,
            sortKeys: false
        )
    }

    package var document: JSONValue {
        .object(SharedParts.share(in: spelledOut))
    }

    /// The document with everything where it belongs, repeated as often as it is said.
    var spelledOut: JSONObject {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "Koi", "version": .string(OpenAPI.version),
                "summary": "A CRM server for small companies.",
                "license": ["name": "MIT", "identifier": "MIT"],
            ],
            "servers": [["url": "/"]],
            "security": [["key": []], ["session": []]],
            "tags": .array(tags.map { ["name": .string($0)] }),
            "paths": .object(paths),
            "components": [
                "securitySchemes": [
                    "key": [
                        "type": "http", "scheme": "bearer",
                        "description": "An API key, made with koi key create.",
                    ],
                    "session": [
                        "type": "apiKey", "in": "cookie", "name": "koi_session",
                        "description": "Set by signing in. Writes must come from a page of Koi itself.",
                    ],
                ],
                "parameters": ["IdempotencyKey": OpenAPI.idempotencyKey],
                "responses": ["TooManyRequests": OpenAPI.tooManyRequests],
                "schemas": .object(
                    JSONObject(
                        resources.flatMap { RecordDocumentation($0).components } + [
                            .init(name: "Event", value: EventDocumentation.event),
                            .init(name: "Change", value: ChangeDocumentation.change),
                            .init(name: "Problem", value: OpenAPI.problem),
                        ]
                    )
                ),
            ],
        ]
    }

    private var documented: [(Route, RouteDocumentation)] {
        Routes.all(of: resources).compactMap { route in route.documentation.map { (route, $0) } }
    }

    private var tags: [String] {
        var seen: Set<String> = []
        return documented.map(\.1.tag).filter { seen.insert($0).inserted }
    }

    private var paths: JSONObject {
        var order: [String] = []
        var operations: [String: [JSONObject.Member]] = [:]
        for (route, docs) in documented {
            if operations[route.pattern] == nil { order.append(route.pattern) }
            operations[route.pattern, default: []].append(
                .init(name: route.method.rawValue.lowercased(), value: operation(route, docs))
            )
        }
        return JSONObject(
            order.map { .init(name: $0, value: .object(JSONObject(operations[$0] ?? []))) }
        )
    }

    private func operation(_ route: Route, _ docs: RouteDocumentation) -> JSONValue {
        var members: [JSONObject.Member] = [
            .init(name: "operationId", value: .string(docs.operation)),
            .init(name: "tags", value: [.string(docs.tag)]),
            .init(name: "summary", value: .string(docs.summary)),
        ]
        switch route.access {
        case .open, .link: members.append(.init(name: "security", value: []))
        case .key, .local: break
        }
        let parameters = docs.parameters + (route.isIdempotent ? [OpenAPI.idempotencyReference] : [])
        if !parameters.isEmpty {
            members.append(.init(name: "parameters", value: .array(parameters)))
        }
        if let request = docs.request {
            var content: [JSONObject.Member] = [
                .init(name: docs.requestType, value: ["schema": request])
            ]
            if docs.requestType != "application/json" {
                content.append(.init(name: "application/json", value: ["schema": request]))
            }
            members.append(
                .init(
                    name: "requestBody",
                    value: ["required": true, "content": .object(JSONObject(content))]
                )
            )
        }
        if !docs.fileTypes.isEmpty {
            let content = docs.fileTypes.map { JSONObject.Member(name: $0, value: ["schema": ["type": "string"]]) }
            members.append(
                .init(name: "requestBody", value: ["required": true, "content": .object(JSONObject(content))])
            )
        }
        members.append(.init(name: "responses", value: .object(responses(docs))))
        return .object(JSONObject(members))
    }

    private func responses(_ docs: RouteDocumentation) -> JSONObject {
        var answer: [JSONObject.Member] = [
            .init(name: "description", value: .string(docs.status.reason))
        ]
        if !docs.answerFields.isEmpty {
            let fields = docs.answerFields.sorted { $0.key < $1.key }
            answer.append(
                .init(
                    name: "headers",
                    value: .object(
                        JSONObject(
                            fields.map {
                                .init(
                                    name: $0.key,
                                    value: [
                                        "description": .string($0.value),
                                        "schema": ["type": "string"],
                                    ]
                                )
                            }
                        )
                    )
                )
            )
        }
        if let schema = docs.answer {
            var content: [JSONObject.Member] = [
                .init(name: docs.answerType, value: ["schema": schema])
            ]
            for type in docs.otherTypes { content.append(.init(name: type, value: ["schema": ["type": "string"]])) }
            if docs.isStreamed {
                content.append(.init(name: ServerSentEvent.mediaType, value: ["schema": ["type": "string"]]))
            }
            answer.append(.init(name: "content", value: .object(JSONObject(content))))
        }
        var members: [JSONObject.Member] = [
            .init(name: String(docs.status.code), value: .object(JSONObject(answer)))
        ]
        if let other = docs.otherStatus {
            answer[0] = .init(name: "description", value: .string(other.reason))
            members.append(.init(name: String(other.code), value: .object(JSONObject(answer))))
        }
        if docs.answerFields["ETag"] != nil, docs.request == nil, docs.operation.hasPrefix("show") {
            members.append(.init(name: "304", value: ["description": "Not Modified"]))
        }
        members.append(.init(name: "429", value: ["$ref": "#/components/responses/TooManyRequests"]))
        for status in docs.problems + [.unauthorized] where status != .tooManyRequests {
            members.append(.init(name: String(status.code), value: OpenAPI.problemAnswer(status.reason)))
        }
        members.append(.init(name: "default", value: OpenAPI.problemAnswer("Any other problem")))
        return JSONObject(members)
    }

    private static let idempotencyReference: JSONValue = ["$ref": "#/components/parameters/IdempotencyKey"]

    /// draft-ietf-httpapi-idempotency-key-header-07.
    private static let idempotencyKey: JSONValue = [
        "name": .string(IdempotencyKey.field), "in": "header",
        "description": """
        Names the request, so that it is carried out once, however often it is sent: within 24 hours it is answered as the \
        first time, with Idempotency-Replayed: true. 1 to 255 visible ASCII characters, bare or as a string in quotes. 422 \
        where the key belongs to another request, 409 while the first goes on or where its answer cannot be shown again. A \
        request that was refused is not kept and may be mended under the same key.
        """,
        "schema": [
            "type": "string", "pattern": #"^([!#-~]{1,255}|"([ !#-\[\]-~]|\\["\\]){1,255}")$"#,
            "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
        ],
    ]

    /// draft-ietf-httpapi-ratelimit-headers-10, and RFC 9110 §10.2.3.
    private static let tooManyRequests: JSONValue = [
        "description": "Too Many Requests: more than the key, session or address may make, or of this kind.",
        "headers": [
            "Retry-After": [
                "description": "In how many seconds it may be tried again.", "schema": ["type": "integer"],
            ],
            "RateLimit-Policy": [
                "description": "The quota: its name, the requests (q) within a window of seconds (w).",
                "schema": ["type": "string", "example": "\"key\";q=6000;w=60"],
            ],
            "RateLimit": [
                "description": "What is left of it (r), and in how many seconds all of it is there again (t).",
                "schema": ["type": "string", "example": "\"key\";r=0;t=17"],
            ],
        ],
        "content": ["application/problem+json": ["schema": Schema.reference("Problem")]],
    ]

    private static func problemAnswer(_ description: String) -> JSONValue {
        [
            "description": .string(description),
            "content": [
                "application/problem+json": ["schema": Schema.reference("Problem")]
            ],
        ]
    }

    /// RFC 9457, with Koi's extension members.
    private static let problem: JSONValue = Schema.object(
        JSONObject(problemMembers.members + Problem.duplicateMembers.members),
        required: ["type", "title", "status", "code", "detail"]
    )

    private static let problemMembers: JSONObject = [
        "type": ["type": "string"],
        "title": ["type": "string"],
        "status": ["type": "integer"],
        "code": ["type": "string", "description": "Stable, for programs."],
        "detail": [
            "type": "string",
            "description": "What to do, in the language of Accept-Language (en or zh).",
        ],
        "requestId": ["type": "string"],
        "errors": [
            "type": "array",
            "items": [
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": [
                    "field": ["type": "string"], "code": ["type": "string"],
                    "message": ["type": "string"],
                ],
            ],
        ],
    ]

    private static func node(_ value: JSONValue) -> Node {
        switch value {
        case .null: Node("null", Tag(.null))
        case .bool(let flag): Node(flag ? "true" : "false", Tag(.bool))
        case .integer(let number): Node(String(number), Tag(.int))
        case .number(let number): Node(String(number), Tag(.float))
        case .string(let text):
            // Quoted where a plain scalar would be read as something else.
            Node(text, Tag(.str), isPlain(text) ? .any : .doubleQuoted)
        case .array(let items): Node(items.map(node), Tag(.seq))
        case .object(let object):
            Node(
                object.members.map {
                    (Node($0.name, Tag(.str), isPlain($0.name) ? .any : .doubleQuoted), node($0.value))
                },
                Tag(.map)
            )
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, first.properties.isAlphabetic else { return false }
        return !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
    }
}

/// The document of a running Koi, printed once, when it is first asked for.
final class OpenAPIDocument: Sendable {
    private let resources: [Resource]
    private let printed = Lock<[UInt8]?>(nil)

    init(_ resources: [Resource]) {
        self.resources = resources
    }

    func bytes() throws -> [UInt8] {
        try printed.withLock { printed in
            if let printed { return printed }
            let bytes = Array(try OpenAPI(resources).yaml().utf8)
            printed = bytes
            return bytes
        }
    }
}

import KoiFormats
import KoiHTTP
import KoiJSON

/// Files come in by themselves, then go with a message; who may read the ticket may have them.
enum FileRoutes {
    static let routes: [Route] = [
        Route(.post, "/v1/files", .deferred(add)).takingFile().documented(FileDocumentation.add),
        .get("/v1/files/{id}", describe).documented(FileDocumentation.describe),
    ].map { $0.permitted(.anyone) }

    static func routes(of resources: [Resource]) -> [Route] {
        guard resources.contains(where: { $0.name == Ticket.resource.name }) else { return [] }
        return [
            .get("/v1/tickets/{id}/files/{file}", show).documented(FileDocumentation.show).permitted(.records)
        ]
    }

    private static func add(_ call: Call, _ app: App, _ reply: @escaping Route.Reply) throws {
        let name = try name(call)
        try call.actor.require(.change, on: Ticket.resource.name)
        guard let upload = Upload(call.request.body), upload.size > 0 else { throw empty }
        guard upload.size <= Files.maximumSize else { throw tooLarge }
        let (actor, request) = (call.actor, call.request.id)
        try app.transfers.submit(reply) {
            var window = upload.window()
            let placed = try app.catalog.files.place(window.bytes(0..<upload.size), app.randomness)
            let file = try app.perform(as: actor, request: request) { try Files($0).add(placed, name: name) }
            return .created(Array(JSONValue.object(file.json).text.utf8), at: "/v1/files/\(file.id)")
        }
    }

    private static func describe(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        guard let file = try Files(transaction).find(call.id()), file.user == transaction.actor.user else {
            throw Problem.notFound(Text("file", "文件"))
        }
        return .json(Array(JSONValue.object(file.json).text.utf8))
    }

    private static func name(_ call: Call) throws -> String {
        var name: String?
        for parameter in call.query {
            guard parameter.name == "name", name == nil else {
                throw Problem.badParameter(parameter.name, Text("This path takes name, once.", "此路径只接受一个 name 参数。"))
            }
            guard parameter.value.unicodeScalars.count <= Files.longestName else {
                throw Problem.badParameter(
                    "name",
                    Text("A name has at most \(Files.longestName) characters.", "文件名不超过 \(Files.longestName) 个字符。")
                )
            }
            name = parameter.value
        }
        return name ?? ""
    }

    private static func show(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let ticket = try RecordService(Ticket.resource, transaction).find(call.id())
        let thread = try TicketThread(transaction.connection).ids(of: ticket.id)
        guard let file = try Files(transaction).find(call.id("file")), let message = file.message,
            let found = try TicketMessages(transaction).find(message), thread.contains(found.ticket),
            let body = FileBody(path: transaction.catalog.files.path(of: file.sha256))
        else { throw Problem.notFound(Text("file", "文件")) }
        return .download(body, type: file.type, name: file.name)
    }

    private static let empty = Problem(
        .unprocessableContent,
        "empty_file",
        Text("Send the file as the body.", "请将文件作为请求正文发送。")
    )
    private static let tooLarge = Problem(
        .contentTooLarge,
        "file_too_large",
        Text("A file has at most \(Files.maximumSize >> 20) MiB.", "文件不超过 \(Files.maximumSize >> 20) MiB。")
    )
}

/// What `openapi.yaml` says of files.
enum FileDocumentation {
    static let add: RouteDocumentation = {
        var docs = RouteDocumentation(
            "addFile",
            tag: Ticket.resource.name,
            "Takes a file in, to go with a message of a ticket within a day. What it is follows from its content."
        )
        docs.parameters = [
            Schema.queryParameter(
                "name",
                ["type": "string", "pattern": "^[^\\u0000]*$", "maxLength": .integer(Int64(Files.longestName))],
                "What the file is called."
            )
        ]
        docs.fileTypes = ["application/octet-stream"]
        docs.status = .created
        docs.answer = file
        docs.answerFields = ["Location": "Where the file is."]
        docs.problems = [.badRequest, .forbidden, .contentTooLarge, .unprocessableContent, .serviceUnavailable]
        return docs
    }()

    static let describe: RouteDocumentation = {
        var docs = RouteDocumentation(
            "showFile",
            tag: Ticket.resource.name,
            "What a file is that one has sent oneself."
        )
        docs.parameters = [Schema.idParameter]
        docs.answer = file
        docs.problems = [.badRequest, .notFound]
        return docs
    }()

    static let show: RouteDocumentation = {
        var docs = RouteDocumentation(
            "downloadFileOfTicket",
            tag: Ticket.resource.name,
            "A file that went with a message of the ticket, to be kept and never to be shown as a page."
        )
        docs.parameters = [
            Schema.idParameter,
            [
                "name": "file", "in": "path", "required": true, "description": "The file's number.",
                "schema": Schema.idSchema,
            ],
        ]
        docs.answer = ["type": "string"]
        docs.answerType = FileType.bytes.rawValue
        docs.otherTypes = FileType.allCases.filter { $0 != .bytes }.map(\.rawValue)
        docs.problems = [.badRequest, .notFound]
        return docs
    }()

    static let file = Schema.object(
        [
            "id": Schema.idSchema, "name": ["type": "string"],
            "type": ["type": "string", "enum": .array(FileType.allCases.map { .string($0.rawValue) })],
            "size": ["type": "integer", "minimum": 0], "sha256": ["type": "string"],
        ],
        required: ["id", "name", "type", "size", "sha256"]
    )
}

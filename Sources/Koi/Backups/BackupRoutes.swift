import KoiHTTP
import KoiJSON

/// Backups made while Koi works.
package enum BackupRoutes {
    package static let routes: [Route] = [
        Route(.get, "/v1/backups", .immediate(list)).permitted(.area(.backups, .read)).documented(listDocumentation),
        Route(.get, "/v1/backups/{name}", .immediate(show)).permitted(.area(.backups, .read)).documented(
            showDocumentation
        ),
        Route(.post, "/v1/backups", .task(make)).permitted(.area(.backups, .create)).documented(makeDocumentation),
    ]

    private static func list(_ call: Call, _ app: App) throws -> Answer {
        try call.refuseParameters()
        let page: JSONValue = [
            "items": .array(try Backups(app).list().map(\.json)), "next": .null,
        ]
        return .json(Array(page.text.utf8))
    }

    private static func show(_ call: Call, _ app: App) throws -> Answer {
        try call.refuseParameters()
        let backup = try Backups(app).find(call.captures["name"] ?? "")
        return .json(Array(backup.json.text.utf8))
    }

    private static func make(_ call: Call, _ app: App) throws -> Answer {
        try call.refuseParameters()
        let made = try app.backUp()
        return .created(Array(made.json.text.utf8), at: "/v1/backups/\(made.name)")
    }

    // MARK: Documentation

    private static let listDocumentation: RouteDocumentation = {
        var docs = RouteDocumentation(
            "browseBackups",
            tag: "backups",
            "Lists the backups that are kept, newest first."
        )
        docs.answer = Schema.object(
            ["items": Schema.array(backup), "next": ["type": "null"]],
            required: ["items", "next"]
        )
        docs.problems = [.badRequest]
        return docs
    }()

    private static let showDocumentation: RouteDocumentation = {
        var docs = RouteDocumentation("showBackup", tag: "backups", "Shows one backup.")
        docs.parameters = [
            [
                "name": "name", "in": "path", "required": true,
                "description": "The backup's name.", "schema": name,
            ]
        ]
        docs.answer = backup
        docs.problems = [.badRequest, .notFound]
        return docs
    }()

    private static let makeDocumentation: RouteDocumentation = {
        var docs = RouteDocumentation(
            "makeBackup",
            tag: "backups",
            "Makes a backup of database and files, checks it, and answers once it is on disk."
        )
        docs.status = .created
        docs.answer = backup
        docs.answerFields = ["Location": "Where the backup is."]
        docs.problems = [.badRequest, .insufficientStorage]
        return docs
    }()

    private static let name: JSONValue = [
        "type": "string", "pattern": .string(BackupName.pattern),
    ]

    private static let backup: JSONValue = {
        let count: JSONValue = ["type": "integer", "minimum": 0]
        let properties: JSONObject = [
            "format": ["const": .integer(BackupManifest.format)],
            "name": name,
            "program": ["type": "string", "description": "The version of Koi that made it."],
            "createdAt": ["type": "string", "format": "date-time"],
            "database": Schema.object(
                ["bytes": count, "sha256": ["type": "string", "pattern": "^[0-9a-f]{64}$"]],
                required: ["bytes", "sha256"]
            ),
            "files": Schema.object(
                ["count": count, "bytes": count],
                required: ["count", "bytes"]
            ),
            "events": Schema.object(
                [
                    "sequence": count,
                    "hash": ["type": "string", "pattern": "^([0-9a-f]{64})?$"],
                ],
                required: ["sequence", "hash"]
            ),
        ]
        return Schema.object(properties, required: properties.members.map(\.name))
    }()
}

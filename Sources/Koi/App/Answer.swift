import KoiHTTP

/// What a handler answers, in a closed vocabulary, so that none touches a status number or a field name.
package struct Answer: Sendable {
    let status: Status
    let body: ResponseBody
    private var fields: Fields

    private init(_ status: Status, _ body: [UInt8], _ common: Fields, _ own: (String, String)...) {
        self.status = status
        self.body = body.isEmpty ? .none : .bytes(body)
        var fields = common
        for (name, value) in own { fields.append(name, value) }
        self.fields = fields
    }

    private init(_ source: any BodySource, _ fields: [(String, String)]) {
        status = .ok
        body = .stream(source)
        self.fields = Fields(fields)
    }

    /// A file to be kept.
    ///
    /// - Parameter name: letters, digits, `-`, `_` and `.` only.
    static func file(_ body: FileBody, type: String, name: String) -> Answer {
        Answer(
            body,
            [
                ("Content-Type", type), ("Content-Disposition", "attachment; filename=\"" + name + "\""),
                ("Cache-Control", "no-store"),
            ]
        )
    }

    /// A file that somebody sent, to be kept and never shown in the place of a page (RFC 6266 §4.3).
    ///
    /// - Parameters:
    ///   - type: one that Koi found out by itself.
    ///   - name: whatever it is called.
    static func download(_ body: FileBody, type: String, name: String) -> Answer {
        let named = "attachment; filename=\"file\"; filename*=UTF-8''" + PercentEncoding.encoded(name)
        return Answer(
            body,
            [
                ("Content-Type", type), ("Content-Disposition", named),
                ("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", "sandbox; default-src 'none'"),
                ("Cache-Control", "no-store"),
            ]
        )
    }

    private init(_ file: FileBody, _ fields: [(String, String)]) {
        status = .ok
        body = .file(file)
        self.fields = Fields(fields)
    }

    /// An answer as it was given before.
    init(_ status: Status, fields: Fields, _ body: [UInt8]) {
        self.status = status
        self.body = body.isEmpty ? .none : .bytes(body)
        self.fields = fields
    }

    private init(_ events: any EventSource) {
        status = .ok
        body = .events(events)
        fields = Answer.events
    }

    /// Of what every answer depends on beside its path.
    private static let vary = Fields([("Vary", "Accept-Language, Authorization, Cookie")])
    /// Private, and asked for again each time, which the tag makes cheap.
    private static let revalidated = Fields([
        ("Vary", "Accept-Language, Authorization, Cookie"), ("Cache-Control", "private, no-cache"),
    ])
    private static let json = Fields([
        ("Content-Type", "application/json"), ("Vary", "Accept-Language, Authorization, Cookie"),
        ("Cache-Control", "private, no-cache"),
    ])

    /// The last field keeps a proxy from holding back what has happened.
    private static let events = Fields([
        ("Content-Type", ServerSentEvent.mediaType), ("Vary", "Accept, Accept-Language, Authorization, Cookie"),
        ("Cache-Control", "no-store"), ("X-Accel-Buffering", "no"),
    ])

    /// As `revalidated`, for what comes in the form that `Accept` asks for.
    private static let negotiated = Fields([
        ("Vary", "Accept, Accept-Language, Authorization, Cookie"), ("Cache-Control", "private, no-cache"),
    ])

    /// A page of a list as JSON, which also comes as a table or a stream.
    package static func list(_ bytes: [UInt8]) -> Answer {
        Answer(.ok, bytes, negotiated, ("Content-Type", "application/json"))
    }

    /// A JSON document.
    package static func json(_ bytes: [UInt8]) -> Answer {
        Answer(.ok, bytes, json)
    }

    /// A JSON document for a browser to keep as a file.
    ///
    /// - Parameter name: letters, digits, `-` and `.` only.
    package static func attachment(_ bytes: [UInt8], name: String) -> Answer {
        Answer(
            .ok,
            bytes,
            Fields([("Vary", "Accept-Language, Authorization, Cookie"), ("Cache-Control", "no-store")]),
            ("Content-Type", "application/json"),
            ("Content-Disposition", "attachment; filename=\"" + name + "\"")
        )
    }

    /// Any other document.
    package static func document(_ bytes: [UInt8], type: String) -> Answer {
        Answer(.ok, bytes, revalidated, ("Content-Type", type))
    }

    /// A page for people who have a link and nothing else: in no cache, and with what browsers are told of all pages.
    package static func page(_ bytes: [UInt8], isFound: Bool = true) -> Answer {
        Answer(isFound ? .ok : .notFound, bytes, pages, ("Content-Type", "text/html; charset=utf-8"))
    }

    private static let pages: Fields = {
        var fields = PageSecurity.fields
        fields.append("Vary", "Accept-Language")
        fields.append("Cache-Control", "no-store")
        return fields
    }()

    /// A page of a list as CSV.
    ///
    /// Where it goes on stands in a `Link` field (RFC 8288), as a table has no room for it.
    package static func table(_ bytes: [UInt8], next: String?) -> Answer {
        let type = ("Content-Type", CSV.mediaType)
        guard let next else { return Answer(.ok, bytes, negotiated, type) }
        return Answer(.ok, bytes, negotiated, type, ("Link", "<\(next)>; rel=\"next\""))
    }

    /// A record with its tag; 304 without a body where the client has this representation already.
    ///
    /// - Throws: `Problem` 412 where the client wants another version.
    package static func record(_ bytes: [UInt8], version: Int64, for call: Call) throws -> Answer {
        let wanted = call.request.head.fields.values("If-Match")
        guard EntityTag.allows(wanted, version: version) else { throw Problem.changedMeanwhile(version) }
        let tag = EntityTag.make(version: version, bytes)
        let held = call.request.head.fields.values("If-None-Match")
        if !held.isEmpty, EntityTag.names(held, tag) {
            return Answer(.notModified, [], revalidated, ("ETag", tag))
        }
        return Answer(.ok, bytes, json, ("ETag", tag))
    }

    /// A changed record with its new tag.
    package static func changed(_ bytes: [UInt8], version: Int64) -> Answer {
        let tag = EntityTag.make(version: version, bytes)
        return Answer(.ok, bytes, json, ("ETag", tag))
    }

    /// A record that was made, and where it is.
    package static func created(_ bytes: [UInt8], version: Int64, at path: String) -> Answer {
        let tag = EntityTag.make(version: version, bytes)
        return Answer(.created, bytes, json, ("ETag", tag), ("Location", path))
    }

    /// Something without a version that was made, and where it is.
    package static func created(_ bytes: [UInt8], at path: String) -> Answer {
        Answer(.created, bytes, json, ("Location", path))
    }

    /// The same answer, which also has the browser keep cookies, or forget them.
    package func settingCookies(_ cookies: [String]) -> Answer {
        var answer = self
        for cookie in cookies { answer.fields.append("Set-Cookie", cookie) }
        return answer
    }

    /// Something that goes on after the answer, as it stands, and where it is.
    package static func begun(_ bytes: [UInt8], at path: String) -> Answer {
        Answer(.accepted, bytes, json, ("Location", path))
    }

    /// What happens, as it happens.
    static func events(_ source: any EventSource) -> Answer {
        Answer(source)
    }

    /// What is read on while it is sent.
    ///
    /// - Parameter fields: of this answer alone.
    static func stream(_ source: any BodySource, type: String, fields: [(String, String)] = []) -> Answer {
        Answer(
            source,
            [
                ("Content-Type", type), ("Vary", "Accept, Accept-Language, Authorization, Cookie"),
                ("Cache-Control", "no-store"),
            ] + fields
        )
    }

    /// A refusal of what was tried, where that it was tried is to be stored.
    static func refused(_ problem: Problem, for call: Call) -> Answer {
        let response = problem.response(language: call.language, requestID: call.request.id)
        guard case .bytes(let bytes) = response.body else {
            return Answer(response.status, fields: response.fields, [])
        }
        return Answer(response.status, fields: response.fields, bytes)
    }

    package static let noContent = Answer(.noContent, [], vary)

    /// All fields in order.
    var allFields: [(name: String, value: String)] { fields.all }

    func response() -> Response {
        Response(status, fields: fields, body: body)
    }
}

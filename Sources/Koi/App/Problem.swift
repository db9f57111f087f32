package import KoiHTTP
package import KoiJSON

/// Why a request was not carried out, in the domain's words; mapped once to RFC 9457 `application/problem+json`.
package struct Problem: Error, Sendable {
    /// One bad field or parameter: where, a stable code, and a sentence that says what to do.
    package struct Issue: Sendable, Equatable {
        package let field: String
        package let code: String
        package let message: Text

        package init(field: String, code: String, message: Text) {
            self.field = field
            self.code = code
            self.message = message
        }

        /// The same issue within an enclosing field: `customers[0].role`.
        func within(_ outer: String) -> Issue {
            Issue(field: field.isEmpty ? outer : outer + "." + field, code: code, message: message)
        }
    }

    /// Bad fields beyond which no more are looked for: a body of nothing else would make an answer many times its size.
    package static let maximumIssues = 100

    package let status: Status
    package let code: String
    package let detail: Text
    package var issues: [Issue] = []
    package var fields: [(String, String)] = []
    /// What the answer has beside what all problems have (RFC 9457 §3.2).
    package var members: JSONObject = [:]

    package init(
        _ status: Status,
        _ code: String,
        _ detail: Text,
        issues: [Issue] = [],
        fields: [(String, String)] = []
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.issues = issues
        self.fields = fields
    }
}

extension Problem {
    package static func notFound(_ what: Text) -> Problem {
        Problem(
            .notFound,
            "not_found",
            Text("There is no such \(what.en).", "没有这样的\(what.zh)。")
        )
    }

    package static let noSuchPath = Problem(
        .notFound,
        "no_such_path",
        Text("There is nothing at this path. /openapi.yaml lists what there is.", "此路径下没有内容。/openapi.yaml 列出了全部路径。")
    )

    package static func badParameter(_ name: String, _ message: Text) -> Problem {
        Problem(
            .badRequest,
            "bad_parameter",
            Text("The query has a parameter that cannot be used.", "查询中有无法使用的参数。"),
            issues: [Issue(field: name, code: "bad_parameter", message: message)]
        )
    }

    package static func invalid(_ issues: [Issue]) -> Problem {
        Problem(
            .unprocessableContent,
            "invalid",
            Text(
                "Some fields are not as they should be; \"errors\" names each of them.",
                "有些字段不符合要求；“errors”逐一列出。"
            ),
            issues: issues
        )
    }

    package static func conflict(_ code: String, _ detail: Text) -> Problem {
        Problem(.conflict, code, detail)
    }

    /// What a client is told about anything unforeseen; the log has the detail under the request's id.
    package static let unforeseen = Problem(
        .internalServerError,
        "internal_error",
        Text(
            "Something went wrong in Koi. The request's id helps to find it in the log.",
            "Koi 内部出错。请凭请求编号在日志中查找。"
        )
    )
}

extension Problem {
    /// The answer to send: RFC 9457 §3, with `code`, `requestId` and `errors` as extension members.
    package func response(language: Language, requestID: String) -> Response {
        var json = JSONWriter(capacity: 512)
        json.beginObject()
        json.key("type")
        json.string("urn:koi:problem:" + code)
        json.key("title")
        json.string(status.reason)
        json.key("status")
        json.integer(Int64(status.code))
        json.key("code")
        json.string(code)
        json.key("detail")
        json.string(detail(language))
        json.key("requestId")
        json.string(requestID)
        if !issues.isEmpty {
            json.key("errors")
            json.beginArray()
            for issue in issues { write(issue, language, &json) }
            json.endArray()
        }
        for member in members.members {
            json.key(member.name)
            json.value(member.value)
        }
        json.endObject()
        var answer = Fields([
            ("Content-Type", "application/problem+json"),
            ("Content-Language", language.rawValue),
            ("Vary", "Accept-Language, Authorization, Cookie"),
            ("Cache-Control", "no-store"),
        ])
        for (name, value) in fields { _ = answer.append(name, value) }
        return Response(status, fields: answer, body: .bytes(json.bytes))
    }

    private func write(_ issue: Issue, _ language: Language, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("field")
        json.string(issue.field)
        json.key("code")
        json.string(issue.code)
        json.key("message")
        json.string(issue.message(language))
        json.endObject()
    }
}

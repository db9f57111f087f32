import KoiHTTP
import KoiJSON
import KoiSQLite
import Logging

/// The one place where errors become answers.
extension App {
    func response(to asked: AskedRequest, _ work: () throws -> Answer) -> Response {
        do {
            return try work().response()
        } catch {
            return response(to: asked, for: error)
        }
    }

    /// The same for work that was not done on the loop.
    func response(to asked: AskedRequest, _ watch: Stopwatch, _ work: () throws -> Answer) -> Response {
        var response = response(to: asked, work)
        response.times = watch.times
        return response
    }

    /// Also has what was refused written down.
    func response(to asked: AskedRequest, for error: any Error) -> Response {
        let problem = problem(for: error, asked.request)
        noteRefusal(problem, of: asked)
        return response(to: asked.request, for: problem)
    }

    func response(to request: Request, for error: any Error) -> Response {
        let problem = problem(for: error, request)
        let language = Language(accepting: request.head.fields["Accept-Language"])
        return problem.response(language: language, requestID: request.id)
    }

    func refuse(_ request: Request, allowing methods: [Method]) -> Response {
        let allow = ("Allow", methods.map(\.rawValue).joined(separator: ", "))
        if request.head.method == .options {
            return Response(.noContent, fields: Fields([allow]))
        }
        let problem = Problem(
            .methodNotAllowed,
            "method_not_allowed",
            Text(
                "This path does not take \(request.head.method.rawValue); see the Allow field for what it takes.",
                "此路径不支持 \(request.head.method.rawValue)；Allow 字段列出了支持的方法。"
            ),
            fields: [allow]
        )
        return response(to: request, for: problem)
    }

    func problem(for error: any Error, _ request: Request) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let error as JSONError: return .badJSON(error)
        case let error as QueryError:
            return Problem(
                .badRequest,
                "bad_query",
                Text("The query cannot be read. \(error.message)", "无法读取查询参数，请检查其编码和格式。")
            )
        case let error as DatabaseError: return problem(for: error, request)
        case let error as SQLiteError where error.isInterrupted:
            return .busy("This takes too long. Narrow the filters, or ask for less.", "耗时过长。请缩小筛选范围或减少请求内容。")
        case let error as SQLiteError where error.isIOError || error.isUnopened:
            logger.error("database", metadata: ["request": "\(request.id)", "error": "\(error)"])
            return .busy("The disk cannot be read at the moment. Try again soon.", "暂时无法读取磁盘，请稍后重试。")
        case let error as SQLiteError where error.isConstraint:
            logger.notice("constraint", metadata: ["request": "\(request.id)", "error": "\(error)"])
            return .conflict(
                "conflict",
                Text(
                    "The change does not agree with what is stored.",
                    "此更改与已存储的数据冲突。"
                )
            )
        default:
            logger.error("unforeseen", metadata: ["request": "\(request.id)", "error": "\(error)"])
            return .unforeseen
        }
    }

    private func problem(for error: DatabaseError, _ request: Request) -> Problem {
        logger.error("database", metadata: ["request": "\(request.id)", "error": "\(error)"])
        switch error {
        case .full:
            return Problem(
                .insufficientStorage,
                "disk_full",
                Text(
                    "The disk is full; nothing was stored. Make room, then send the request again.",
                    "磁盘已满，未保存任何内容。请腾出空间后重试。"
                )
            )
        case .ioError:
            return .busy(
                "The disk failed; whether this was stored is unknown. Look before you send it again.",
                "磁盘出错，不确定是否已保存。请先查看再重试。"
            )
        case .unavailable, .closed:
            return .busy("Koi cannot write at the moment. Try again soon.", "Koi 暂时无法写入，请稍后重试。")
        case .overloaded:
            return .busy("Koi has too much to do at the moment. Try again soon.", "Koi 当前过于繁忙，请稍后重试。")
        }
    }
}

extension Problem {
    static func busy(_ en: String, _ zh: String) -> Problem {
        Problem(.serviceUnavailable, "unavailable", Text(en, zh), fields: [("Retry-After", "1")])
    }

    static func badJSON(_ error: JSONError) -> Problem {
        Problem(
            .badRequest,
            "bad_json",
            Text(
                "The body is not valid JSON. Line \(error.line), column \(error.column): \(error.message)",
                "请求正文不是有效的 JSON。第 \(error.line) 行第 \(error.column) 列处有误。"
            )
        )
    }
}

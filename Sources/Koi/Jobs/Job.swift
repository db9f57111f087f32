package import KoiJSON
import KoiSQLite

/// One piece of work that the clock caused or that is too long for a request: a row of `jobs`.
package struct Job: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        /// To be begun when it is due, or to be tried again then.
        case waiting
        /// Begun and not ended, be it that the process died meanwhile.
        case running
        case done
        case failed
        case cancelled

        var isFinished: Bool { self != .waiting && self != .running }
    }

    package let id: Int64
    package let kind: String
    package let subject: EventSubject?
    package let user: Int64?
    /// Whose role and scopes narrow the rights of the user.
    package let key: Int64?
    package let name: String?
    package let state: State
    package let due: Int64
    package let recurrence: JobRecurrence?
    package let attempts: Int64
    package let parameters: JSONObject
    package let position: JSONObject
    package let done: Int64
    package let total: Int64?
    package let cancelRequested: Bool
    package let result: JSONObject?
    package let failure: JobFailure?
    package let createdAt: Int64
    package let startedAt: Int64?
    package let finishedAt: Int64?
}

extension Job {
    /// The columns in the order in which `init(row)` reads them.
    static let columns = """
        id, kind, resource, record, "user", name, state, due, recurrence, attempts, parameters, position,
        done, total, "cancelRequested", result, error, "createdAt", "startedAt", "finishedAt", "key"
        """

    init(_ row: Row) {
        id = row.int(0)
        kind = row.text(1)
        subject = row.textOrNil(2).map { EventSubject(resource: $0, id: row.int(3)) }
        user = row.intOrNil(4)
        name = row.textOrNil(5)
        // The schema allows no other word.
        state = State(rawValue: row.text(6)) ?? .failed
        due = row.int(7)
        recurrence = row.textOrNil(8).flatMap(JobRecurrence.init(stored:))
        attempts = row.int(9)
        parameters = Job.object(row.text(10)) ?? [:]
        position = Job.object(row.text(11)) ?? [:]
        done = row.int(12)
        total = row.intOrNil(13)
        cancelRequested = row.bool(14)
        result = row.textOrNil(15).flatMap(Job.object)
        failure = row.textOrNil(16).flatMap(Job.object).flatMap(JobFailure.init(stored:))
        createdAt = row.int(17)
        startedAt = row.intOrNil(18)
        finishedAt = row.intOrNil(19)
        key = row.intOrNil(20)
    }

    private static func object(_ text: String) -> JSONObject? {
        (try? JSONReader.read(Array(text.utf8)))?.objectValue
    }
}

/// Why a job failed, for whoever looks at it.
///
/// Thrown by a kind's work, it ends the job at once: trying again would not help.
package struct JobFailure: Error, Sendable, Equatable {
    package let code: String
    package let message: Text

    package init(_ code: String, _ message: Text) {
        self.code = code
        self.message = message
    }

    /// What anyone is told about anything unforeseen; the log has the detail under the job's number.
    static let unforeseen = JobFailure(
        "internal_error",
        Text(
            "Something went wrong in Koi. The number of the job helps to find it in the log.",
            "Koi 内部出错。请凭任务编号在日志中查找。"
        )
    )

    static let unknownKind = JobFailure(
        "unknown_kind",
        Text(
            "This version of Koi does not know this kind of job.",
            "此版本的 Koi 不认识这种任务。"
        )
    )

    static let interrupted = JobFailure(
        "interrupted",
        Text(
            "Koi ended each time while this job ran; it is not tried again.",
            "每次运行此任务时 Koi 都意外退出，不再重试。"
        )
    )

    init?(stored object: JSONObject) {
        guard let code = object["code"]?.stringValue, let en = object["en"]?.stringValue,
            let zh = object["zh"]?.stringValue
        else { return nil }
        self.init(code, Text(en, zh))
    }

    var stored: JSONValue {
        ["code": .string(code), "en": .string(message.en), "zh": .string(message.zh)]
    }
}

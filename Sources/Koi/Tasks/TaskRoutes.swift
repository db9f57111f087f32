import KoiHTTP
import KoiJSON

/// The completion of a task.
enum TaskRoutes {
    private static let path = "/v1/tasks/{id}/completion"

    static let routes: [Route] = [
        .put(path, complete).permitted(.records).documented(
            documentation(
                "completeTask",
                "Says that a task is done; one that is done stays as it is. Of a recurring task the next one is made."
            )
        ),
        .delete(path, reopen).permitted(.records).documented(
            documentation(
                "reopenTask",
                "Says that a task is not done yet. The next one of a recurring task stays, and is not made again."
            )
        ),
    ]

    private static func complete(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        try call.refuseBody()
        let transaction = try call.transaction()
        let task = try TaskService(transaction).complete(call.id(), match: call.match)
        return try RecordRoutes.changed(task, in: transaction)
    }

    private static func reopen(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let task = try TaskService(transaction).reopen(call.id(), match: call.match)
        return try RecordRoutes.changed(task, in: transaction)
    }

    private static func documentation(_ operation: String, _ summary: String) -> RouteDocumentation {
        var docs = RouteDocumentation(operation, tag: WorkTask.resource.name, summary)
        docs.parameters = [
            Schema.idParameter,
            Schema.headerParameter("If-Match", "Carry it out only if the task still has the version of this tag."),
        ]
        docs.answer = Schema.reference(Schema.component(WorkTask.resource))
        docs.answerFields = ["ETag": "Version and representation of the task."]
        docs.problems = [.badRequest, .forbidden, .notFound, .preconditionFailed]
        return docs
    }
}

import KoiHTTP
import KoiJSON
import KoiSQLite

/// Carries out the operations of a batch one after the other within one transaction, each through the handler and under the
/// right of the request that it would be by itself, and in a savepoint of its own.
struct BatchRunner {
    private let app: App
    private let call: Call
    private let order: BatchOrder
    private let transaction: Transaction
    private var results: [BatchResult] = []
    /// Bytes that are left for the bodies of results.
    private var room = BatchResult.maximumSize
    /// The answers of the operations to which others refer.
    private var answered: [String: JSONValue] = [:]

    init(_ order: BatchOrder, _ call: Call, _ app: App) throws {
        self.app = app
        self.call = call
        self.order = order
        transaction = try call.transaction()
    }

    /// Carries out all for which there is time.
    ///
    /// - Throws: where nothing is to be stored: for the first operation of an atomic batch that fails, and where the store does.
    mutating func run() throws -> [BatchResult] {
        let end = ContinuousClock.now + app.batchTime
        for index in order.operations.indices {
            guard ContinuousClock.now < end else {
                try fail(order.isAtomic ? .batchTooLongAtomic : .batchTooLong, at: index)
                continue
            }
            do {
                try carryOut(order.operations[index])
            } catch {
                // A full or failing disk has undone all of it.
                guard transaction.connection.isInTransaction, !JobRunner.isStoreFailure(error) else { throw error }
                try fail(app.problem(for: error, call.request), at: index)
            }
        }
        return results
    }

    private mutating func fail(_ problem: Problem, at index: Int) throws {
        let operation = order.operations[index]
        if order.isAtomic { throw problem.failing(index, of: order.operations.count, operation.id) }
        results.append(BatchResult(operation.id, problem, call).within(&room))
    }

    private mutating func carryOut(_ operation: BatchOperation) throws {
        let prepared = try prepare(operation)
        let handler = try handler(prepared.asked.route.work, prepared)
        // What it leaves to be done later counts only where it is not undone.
        let part = transaction.part()
        let answer = try noting(prepared.asked) {
            try transaction.connection.savepoint {
                let answer = try handler(Call(prepared, part))
                part.tells(of: prepared.asked)
                for write in part.owed { try write(part) }
                return answer
            }
        }
        transaction.absorb(part)
        if let id = operation.id, order.named.contains(id) { answered[id] = answer.json }
        results.append(BatchResult(operation.id, answer).within(&room))
    }

    /// Has a refusal written down as that of a request by itself.
    private func noting<T>(_ asked: AskedRequest, _ work: () throws -> T) throws -> T {
        do {
            return try work()
        } catch let problem as Problem {
            app.noteRefusal(problem, of: asked)
            throw problem
        }
    }

    // MARK: From operation to call

    private func prepare(_ operation: BatchOperation) throws -> PreparedCall {
        let path = try BatchReference.replaced(inPath: operation.path) { try segment($0) }
        guard path.utf8.count <= BatchOperation.maximumPath else { throw Problem.nothingThere }
        let body = try BatchReference.replaced(operation.body) { try value($0) }
        let request = try request(operation, path)
        let (route, captures) = try route(of: request.head)
        let asked = AskedRequest(request, route, captures)
        asked.actor = call.actor
        if case .area(let area, let verb) = route.permission {
            try noting(asked) { try call.actor.require(verb, on: area.rawValue) }
        }
        return PreparedCall(
            asked: asked,
            query: try Query.parse(request.head.query),
            actor: call.actor,
            body: body,
            language: call.language
        )
    }

    private func request(_ operation: BatchOperation, _ path: String) throws -> Request {
        var fields = Fields()
        if let tag = operation.ifMatch { fields.append("If-Match", tag) }
        if let tag = operation.ifNoneMatch { fields.append("If-None-Match", tag) }
        do throws(Refusal) {
            let head = try RequestHead(operation.method, path, fields: fields)
            return Request(head: head, peer: call.request.peer, loop: call.request.loop, id: call.request.id)
        } catch {
            throw Problem(error.status, error.code, RefusalTexts.text(of: error))
        }
    }

    private func route(of head: RequestHead) throws -> (ServedRoute, Captures) {
        switch app.router.match(head.method, head.segments) {
        case .found(let number, let captures):
            let route = app.routes[number]
            guard case .key = route.access, !route.isAlone else { throw Problem.notInBatch }
            return (route, captures)
        case .methodNotAllowed:
            throw Problem(
                .methodNotAllowed,
                "method_not_allowed",
                Text("This path does not take \(head.method.rawValue).", "此路径不支持 \(head.method.rawValue)。")
            )
        case .notFound: throw Problem.noSuchPath
        }
    }

    /// What one transaction can do: writes, and the reading of single records.
    private func handler(_ work: Route.Work, _ prepared: PreparedCall) throws -> Route.Handler {
        switch work {
        case .write(let handler): return handler
        case .read(let handler) where prepared.asked.route.readsOneRecord: return handler
        case .chosen(let choose): return try handler(try choose(Call(prepared, nil)), prepared)
        case .read, .streamed, .composed, .task, .deferred, .immediate: throw Problem.notInBatch
        }
    }

    // MARK: Results of earlier operations

    private func value(_ reference: BatchReference?) throws -> JSONValue {
        guard let reference, let answer = answered[reference.operation] else { throw Problem.failedBefore }
        guard let value = answer.objectValue?[reference.member], !value.isNull else { throw Problem.nothingThere }
        return value
    }

    private func segment(_ reference: BatchReference?) throws -> String {
        switch try value(reference) {
        case .integer(let number): return String(number)
        case .string(let text): return PathSegment.encoded(text)
        default: throw Problem.nothingThere
        }
    }
}

extension ServedRoute {
    /// Whether it answers with one record of a resource.
    fileprivate var readsOneRecord: Bool {
        let parts = pattern.split(separator: "/")
        guard method == .get, permission == .records, parts.count > 2, parts[0] == "v1" else { return false }
        return parts[2...] == ["{id}"] || parts[2...] == ["by", "{system}", "{key}"]
    }
}

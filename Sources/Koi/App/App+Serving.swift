import Dispatch
import KoiHTTP
import KoiJSON
import KoiSQLite
import Synchronization

/// From a request to its handler, in the transaction that its work takes, and to the answer.
extension App {
    func prepare(_ asked: AskedRequest) throws -> PreparedCall {
        let request = asked.request
        let actor = try identify(asked)
        if case .area(let area, let verb) = asked.route.permission { try actor.require(verb, on: area.rawValue) }
        return PreparedCall(
            asked: asked,
            query: try Query.parse(request.head.query),
            actor: actor,
            body: asked.route.takesFile
                ? .null : try RequestBody.json(request, limit: asked.route.bodyLimit, besides: asked.route.mediaTypes),
            language: Language(accepting: request.head.fields["Accept-Language"]),
            idempotent: try asked.route.isIdempotent ? IdempotentRequest(request, actor, secrets) : nil
        )
    }

    /// Tells who asks, and counts the request for them.
    private func identify(_ asked: AskedRequest) throws -> Actor {
        let (request, access) = (asked.request, asked.route.access)
        let actor: Actor
        do {
            actor = try Authentication(self).actor(for: request, access)
        } catch let problem as Problem where problem.status == .unauthorized {
            asked.spending = rates.countStranger(from: request.peer, at: clock.now())
            try asked.spending?.require()
            throw problem
        }
        asked.actor = actor
        guard asked.route.isCounted else { return actor }
        asked.spending =
            access.isAnybody
            ? rates.countStranger(from: request.peer, at: clock.now())
            : rates.count(actor, from: request.peer, at: clock.now())
        try asked.spending?.require()
        return actor
    }

    func serve(_ call: PreparedCall, _ work: Route.Work, _ exchange: Exchange) throws -> Response? {
        switch work {
        case .chosen(let choose):
            return try serve(call, try choose(Call(call, nil)), exchange)
        case .immediate(let handler):
            return try handler(Call(call, nil), self).response()
        case .read(let handler):
            return read(call, handler, exchange)
        case .streamed(let handler):
            return read(call, { try handler($0, self) }, exchange)
        case .write(let handler):
            write(call, handler, exchange)
            return nil
        case .composed(let handler):
            write(call, { try handler($0, self) }, exchange)
            return nil
        case .task(let handler):
            let waiting = waitingTasks.add(1, ordering: .relaxed).newValue
            guard waiting <= App.maximumTasks else {
                waitingTasks.subtract(1, ordering: .relaxed)
                throw Problem.busy(
                    "Koi is at work on as many of these as may wait. Try again when one is done.",
                    "等待执行的任务已达上限，请在其中一个完成后重试。"
                )
            }
            let finish: Finish
            do {
                guard let begun = try begin(call, exchange) else {
                    waitingTasks.subtract(1, ordering: .relaxed)
                    return nil
                }
                finish = begun
            } catch {
                waitingTasks.subtract(1, ordering: .relaxed)
                throw error
            }
            let watch = Stopwatch()
            tasks.async {
                defer { self.waitingTasks.subtract(1, ordering: .relaxed) }
                watch.run()
                finish(Result { try handler(Call(call, nil), self) }, watch)
            }
            return nil
        case .deferred(let handler):
            guard let finish = try begin(call, exchange) else { return nil }
            do {
                try handler(Call(call, nil, exchange), self) { finish($0, nil) }
            } catch {
                finish(.failure(error), nil)
            }
            return nil
        }
    }

    /// Runs a read on the loop, and once more on a worker where it goes over the loop's budget.
    private func read(
        _ call: PreparedCall,
        _ handler: @escaping Route.Handler,
        _ exchange: Exchange
    ) -> Response? {
        let begun = Instant.now()
        do {
            let made = try database.read(on: call.request.loop) {
                try self.make(call, handler, self.transaction(for: call, $0))
            }
            return settle(made, call, exchange, AnswerTimes(database: Instant.now() - begun))
        } catch let error as SQLiteError where error.isInterrupted {
            readOnWorker(call, handler, exchange)
            return nil
        } catch {
            var response = response(to: call.asked, for: error)
            response.times.database = Instant.now() - begun
            return response
        }
    }

    private func readOnWorker(_ call: PreparedCall, _ handler: @escaping Route.Handler, _ exchange: Exchange) {
        let watch = Stopwatch()
        database.readOnWorker(
            timeLimit: App.longestRead,
            {
                watch.run()
                return try self.make(call, handler, self.transaction(for: call, $0))
            },
            completion: { result in
                do {
                    if let response = self.settle(try result.get(), call, exchange, watch.times) {
                        exchange.respond(response)
                    }
                } catch {
                    exchange.respond(self.response(to: call.asked, watch) { throw error })
                }
            }
        )
    }

    private func make(_ call: PreparedCall, _ handler: Route.Handler, _ transaction: Transaction) throws -> Made {
        let answer = try handler(Call(call, transaction))
        return Made(answer, sightings: transaction.sightings, owed: transaction.owed)
    }

    /// The answer of a read; nil where something is to be written before it goes out.
    private func settle(
        _ made: Made,
        _ call: PreparedCall,
        _ exchange: Exchange,
        _ times: AnswerTimes
    ) -> Response? {
        guard !made.owed.isEmpty else {
            note(made.sightings, of: call)
            var response = made.answer.response()
            response.times = times
            return response
        }
        write(call, exchange) { _ in made }
        return nil
    }

    private func write(
        _ call: PreparedCall,
        _ handler: @escaping Route.Handler,
        _ exchange: Exchange
    ) {
        write(call, exchange) { try self.make(call, handler, $0) }
    }

    /// Pays what was made owes in the transaction in which it is made, and answers once that is on disk.
    private func write(
        _ call: PreparedCall,
        _ exchange: Exchange,
        _ make: @escaping @Sendable (Transaction) throws -> Made
    ) {
        if let request = call.idempotent {
            do { try underWay.beginWrite(request) } catch {
                return exchange.respond(response(to: call.asked) { throw error })
            }
        }
        let watch = Stopwatch()
        database.writer.submit(
            within: writeWait,
            { connection in
                watch.run()
                let transaction = self.transaction(for: call, connection)
                let made = try self.once(call, transaction, make)
                return Committed(value: made, actions: transaction.afterCommit)
            },
            completion: { result in
                if let request = call.idempotent { self.underWay.endWrite(request) }
                exchange.respond(
                    self.response(to: call.asked, watch) {
                        let made = try result.get().finish()
                        self.note(made.sightings, of: call)
                        return made.answer
                    }
                )
            }
        )
    }

    /// Carries a request out, or finds what it was answered where it was carried out before.
    private func once(
        _ call: PreparedCall,
        _ transaction: Transaction,
        _ make: (Transaction) throws -> Made
    ) throws -> Made {
        if let request = call.idempotent {
            if let known = try KeptAnswers(transaction).answer(to: request) {
                return Made(known, sightings: transaction.sightings)
            }
            transaction.followTold()
        }
        let before = transaction.connection.totalChanges
        let made = try make(transaction)
        transaction.tells(of: call.asked)
        for write in made.owed { try write(transaction) }
        // What has changed nothing may be done again.
        if let request = call.idempotent, transaction.connection.totalChanges != before {
            try KeptAnswers(transaction).keep(made.answer, to: request)
        }
        return made
    }
}

/// What a handler made in its transaction.
private struct Made: Sendable {
    let answer: Answer
    /// What is to be written down of who saw what, once it is answered.
    let sightings: Sightings
    /// What is to be written before it is answered.
    let owed: [@Sendable (Transaction) throws -> Void]

    init(
        _ answer: Answer,
        sightings: Sightings = Sightings(),
        owed: [@Sendable (Transaction) throws -> Void] = []
    ) {
        self.answer = answer
        self.sightings = sightings
        self.owed = owed
    }
}

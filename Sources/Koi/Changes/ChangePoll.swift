import KoiHTTP
import KoiLock
import KoiSQLite
import Logging

/// A request for changes that waits until there are some, or until its time is over; meanwhile it costs no thread.
final class ChangePoll: EventListener {
    private struct State {
        var position: Int64
        /// Nil once it was answered.
        var reply: Route.Reply?
    }

    private let app: App
    private let request: Request
    private let query: ChangeQuery
    private let state: Lock<State>
    private var hub: EventHub { app.catalog.eventHub }

    private init(_ call: Call, _ query: ChangeQuery, after position: Int64, _ app: App, _ reply: @escaping Route.Reply)
    {
        self.app = app
        self.query = query
        request = call.request
        state = Lock(State(position: position, reply: reply))
    }

    /// - Throws: `Problem` where there is nothing to go on after.
    static func begin(_ call: Call, _ query: ChangeQuery, _ app: App, _ reply: @escaping Route.Reply) throws {
        let (after, head) = try app.database.read(on: call.request.loop) { connection in
            let head = try EventLog.head(connection).sequence
            let after = query.after ?? head
            try ChangePage.check(after, head, connection)
            return (after, head)
        }
        let poll = ChangePoll(call, query, after: after, app, reply)
        app.polls.add(poll, until: .now + .seconds(query.wait))
        app.catalog.eventHub.add(poll, after: after < head ? nil : after)
    }

    /// Answers that nothing has happened.
    ///
    /// Looked up once more, since the key may have been revoked meanwhile.
    func expire() {
        guard state.withLock({ $0.reply != nil }) else { return }
        hub.remove(self)
        app.database.readOnWorker(timeLimit: .seconds(10)) { connection in
            try self.page(EventReading(connection, self.app.keys))
        } completion: { result in
            self.answer(Result { .list(try result.get().bytes) })
        }
    }

    // MARK: EventListener

    var isListening: Bool { state.withLock { $0.reply != nil } }

    func read(_ reading: EventReading) -> Int64? {
        guard state.withLock({ $0.reply != nil }) else { return nil }
        do {
            let page = try page(reading)
            guard page.isEmpty else {
                answer(.success(.list(page.bytes)))
                return nil
            }
            // Where there is more to look at, its turn comes again.
            if page.position < reading.head {
                hub.add(self, after: nil)
                return nil
            }
            return state.withLock { $0.reply == nil ? nil : page.position }
        } catch let error as SQLiteError where error.isInterrupted {
            hub.add(self, after: nil)
        } catch {
            answer(.failure(error))
        }
        return nil
    }

    private func page(_ reading: EventReading) throws -> ChangePage {
        let position = state.withLock { $0.position }
        let source = Authentication.Source.connection(reading.connection, generation: reading.generation)
        let actor = try Authentication(app, from: source).actor(for: request, .key)
        let transaction = Transaction(
            connection: reading.connection,
            actor: actor,
            now: app.clock.now(),
            requestID: request.id,
            catalog: app.catalog,
            randomness: app.randomness
        )
        let page = try ChangePage(query, after: position, transaction)
        app.note(transaction.sightings, by: actor, request)
        state.withLock { $0.position = page.position }
        return page
    }

    private func answer(_ result: Result<Answer, any Error>) {
        let reply = state.withLock { state in
            defer { state.reply = nil }
            return state.reply
        }
        guard let reply else { return }
        app.polls.remove(self)
        reply(result)
    }
}

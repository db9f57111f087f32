import KoiHTTP
import KoiLock
import KoiSQLite
import Logging

/// A request for changes that waits until there are some, or until its time is over; meanwhile it costs no thread.
final class ChangePoll: EventListener {
    private struct State {
        var position: Int64
        /// Whether it is answered also where there is nothing.
        var isOver = false
        /// Nil once it was answered.
        var reply: Route.Reply?
    }

    /// Who waits: the most of one are bounded.
    let actor: ActorMark

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
        actor = ActorMark(call.actor)
        state = Lock(State(position: position, reply: reply))
    }

    /// - Throws: `Problem` where there is nothing to go on after, and 429 where too many wait.
    static func begin(_ call: Call, _ query: ChangeQuery, _ app: App, _ reply: @escaping Route.Reply) throws {
        let hub = app.catalog.eventHub
        let begun = try query.after?.sequence(in: app.catalog.log)
        let (after, head) = try app.database.read(on: call.request.loop) { connection in
            let head = try hub.head(in: connection)
            try ChangePage.check(begun ?? head, connection)
            return (begun ?? head, head)
        }
        let poll = ChangePoll(call, query, after: after, app, reply)
        try app.polls.add(poll, until: .now + .seconds(query.wait))
        call.exchange?.onClose { poll.drop() }
        // Who closes a connection in the ordinary way has gone as well, and can be told from others by an answer only.
        call.exchange?.onPeerFinished { app.polls.hurry(poll) }
        hub.add(poll, after: after < head ? nil : after)
        // It may have been dropped before it was added.
        if !poll.isListening { hub.remove(poll) }
    }

    /// Has it answered in the next round of the hub, whether or not something has happened.
    ///
    /// All whose time is over at once are read for in one snapshot. To be called again while it is not answered: who is read
    /// for at this moment is not found.
    func expire() {
        state.withLock { $0.isOver = true }
        hub.recheck(self)
    }

    /// Forgets it: its client has gone.
    private func drop() {
        state.withLock { $0.reply = nil }
        app.polls.remove(self)
        hub.remove(self)
    }

    /// Answers that it cannot be answered any more.
    func fail(_ error: any Error) { answer(.failure(error)) }

    // MARK: EventListener

    var isListening: Bool { state.withLock { $0.reply != nil } }

    func read(_ reading: EventReading) -> Int64? {
        guard state.withLock({ $0.reply != nil }) else { return nil }
        do {
            let page = try page(reading)
            guard page.isEmpty, !state.withLock({ $0.isOver }) else {
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

    /// What there is, as the key is by now, which may have been revoked meanwhile.
    private func page(_ reading: EventReading) throws -> ChangePage {
        let position = state.withLock { $0.position }
        let source = Authentication.Source.connection(reading.connection, generation: reading.generation)
        let actor = try Authentication(app, from: source).actor(for: request, .key)
        let transaction = app.transaction(on: reading.connection, as: actor, request: request.id)
        let page = try ChangePage(query, after: position, through: reading.head, transaction)
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

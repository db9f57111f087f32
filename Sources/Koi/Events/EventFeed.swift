import KoiHTTP
import KoiJSON
import KoiLock
import KoiSQLite
import Logging

/// One client's stream of events: those of the list, in commit order and without a gap, for as long as the client's key or
/// session holds.
///
/// It keeps no event: how far it has read is a number, and it reads on when the client has taken what it was sent.
final class EventFeed: EventSource, EventListener {
    private struct State {
        var position: Int64
        /// Whether what was read last was all there was.
        var isCurrent: Bool
        var hasBegun = false
        var deliver: (@Sendable (BodyChunk) -> Void)?
    }

    /// The bytes after which no further event is added to what is sent in one go.
    static let partSize = 32 * 1024
    /// In milliseconds.
    private static let retry = 3000

    private let app: App
    private let request: Request
    private let series: any EventSeries
    private let state: Lock<State>
    private var hub: EventHub { app.catalog.eventHub }

    /// - Throws: `Problem` where there is nothing to go on after.
    init(_ call: Call, _ series: any EventSeries, _ app: App) throws {
        self.app = app
        self.series = series
        request = call.request
        let begun = try (EventFeed.last(call.request) ?? series.after)?.sequence(in: app.catalog.log)
        let hub = app.catalog.eventHub
        let (position, head) = try app.database.read(on: request.loop) { connection in
            let head = try hub.head(in: connection)
            try series.check(begun ?? head, connection)
            return (begun ?? head, head)
        }
        state = Lock(State(position: position, isCurrent: position >= head))
    }

    // MARK: EventSource

    func next(_ deliver: @escaping @Sendable (BodyChunk) -> Void) {
        let (position, isFirst, isCurrent) = state.withLock { state in
            defer { state.hasBegun = true }
            if state.hasBegun { state.deliver = deliver }
            return (state.position, !state.hasBegun, state.isCurrent)
        }
        guard isFirst else { return hub.add(self, after: isCurrent ? position : nil) }
        // Where the client is, so that it loses nothing if it is cut off before anything happens.
        var bytes: [UInt8] = []
        ServerSentEvent(id: id(position), retry: EventFeed.retry).append(to: &bytes)
        deliver(.bytes(bytes))
    }

    func cancel() {
        state.withLock { $0.deliver = nil }
        hub.remove(self)
    }

    /// What is not remembered any more is looked up in a round of the hub, and the stream ended there.
    var isOver: Bool {
        do {
            _ = try actor(from: .memory)
            return false
        } catch is Authentication.NotRemembered {
            hub.recheck(self)
            return false
        } catch {
            return true
        }
    }

    // MARK: EventListener

    var isListening: Bool { state.withLock { $0.deliver != nil } }

    func read(_ reading: EventReading) -> Int64? {
        guard let position = state.withLock({ $0.deliver == nil ? nil : $0.position }) else { return nil }
        do {
            let actor = try actor(from: .connection(reading.connection, generation: reading.generation))
            let key = EventPart.Key(access: ObjectIdentifier(actor.access), query: series.mark, after: position)
            let part = try reading.part(key) { try self.part(reading, after: position, actor) }
            // Each stream by itself, though they share the part: another may have come from elsewhere.
            app.note(part.sightings, by: actor, request)
            return deliver(part, isCurrent: part.through >= reading.head)
        } catch is Problem {
            give(.end)
        } catch let error as SQLiteError where error.isInterrupted {
            return position
        } catch {
            app.logger.error("events", metadata: ["request": "\(request.id)", "error": "\(error)"])
            give(.failed)
        }
        return nil
    }

    /// - Returns: where it waits; nil where something was delivered, after which the connection asks again.
    private func deliver(_ part: EventPart, isCurrent: Bool) -> Int64? {
        state.withLock { state in
            state.position = part.through
            state.isCurrent = isCurrent
        }
        guard part.bytes.isEmpty else {
            give(.bytes(part.bytes))
            return nil
        }
        return part.through
    }

    private func give(_ chunk: BodyChunk) {
        let deliver = state.withLock { state in
            defer { state.deliver = nil }
            return state.deliver
        }
        deliver?(chunk)
    }

    // MARK: Reading

    private func actor(from source: Authentication.Source) throws -> Actor {
        let actor = try Authentication(app, from: source).actor(for: request, .key)
        try series.require(actor)
        return actor
    }

    private func part(_ reading: EventReading, after position: Int64, _ actor: Actor) throws -> EventPart {
        let transaction = app.transaction(on: reading.connection, as: actor, request: request.id)
        var bytes: [UInt8] = []
        let through = try series.write(after: position, head: reading.head, transaction, to: &bytes)
        // Far behind, with nothing to send: where the client is, so that it need not begin there again.
        if through < reading.head, bytes.isEmpty { ServerSentEvent(id: id(through)).append(to: &bytes) }
        return EventPart(access: actor.access, bytes: bytes, through: through, sightings: transaction.sightings)
    }

    private func id(_ position: Int64) -> String { LogPosition(position, of: app.catalog.log).text }

    // MARK: Where it begins

    /// What a client that was cut off saw last.
    ///
    /// It comes before `after`: a browser connects again with the address that it had at first.
    private static func last(_ request: Request) throws -> LogPosition? {
        let name = "Last-Event-ID"
        guard let text = request.head.fields[name], !text.isEmpty else { return nil }
        return try LogPosition(text, in: name)
    }

    static func noPages(_ parameter: String) -> Problem {
        .badParameter(parameter, Text("A stream has no pages: leave this parameter out.", "事件流不分页，请勿填写此参数。"))
    }
}

extension App {
    /// Has it written down who was shown what is held back from others, by what is no answer of its own.
    func note(_ sightings: Sightings, by actor: Actor, _ request: Request) {
        guard !sightings.isEmpty else { return }
        let entry = AccessEntry(
            at: clock.now(),
            actor: actor,
            request: request.id,
            address: request.peer.address
        )
        for entry in sightings.entries(entry) { ledger.note(.read(entry)) }
    }
}

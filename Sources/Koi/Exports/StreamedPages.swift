import KoiHTTP
import KoiLock
import KoiSQLite
import Logging

/// A long answer, read a page at a time on a worker when the client has taken the page before.
///
/// No snapshot outlives a page, and each is read with the rights that whoever asked has by then.
final class StreamedPages<Position: Sendable>: BodySource {
    /// Makes the page that begins at a position; says where the next begins, nil at the end.
    typealias Page = @Sendable (Transaction, Position) throws -> (bytes: [UInt8], next: Position?)

    private let app: App
    private let request: Request
    private let page: Page
    private let position: Lock<Position?>

    init(_ app: App, _ request: Request, from position: Position, _ page: @escaping Page) {
        self.app = app
        self.request = request
        self.page = page
        self.position = Lock(position)
    }

    func next(_ deliver: @escaping @Sendable (BodyChunk) -> Void) {
        guard let start = position.withLock({ $0 }) else { return deliver(.end) }
        // Before the snapshot, which may be older than a key that was revoked meanwhile.
        let generation = app.keys.generation
        app.database.readOnWorker(timeLimit: App.longestRead) { connection in
            try self.read(from: start, Authentication.Source.connection(connection, generation: generation), connection)
        } completion: { result in
            deliver(self.chunk(result))
        }
    }

    func cancel() {
        position.withLock { $0 = nil }
    }

    private func chunk(_ result: Result<(bytes: [UInt8], next: Position?), any Error>) -> BodyChunk {
        switch result {
        case .success(let made):
            position.withLock { $0 = made.next }
            return made.bytes.isEmpty ? .end : .bytes(made.bytes)
        case .failure(let error):
            app.logger.notice("stream broken off", metadata: ["request": "\(request.id)", "error": "\(error)"])
            return .failed
        }
    }

    /// The next page that has anything in it.
    private func read(
        from start: Position,
        _ source: Authentication.Source,
        _ connection: Connection
    ) throws -> (bytes: [UInt8], next: Position?) {
        let actor = try Authentication(app, from: source).actor(for: request, .key)
        let transaction = app.transaction(on: connection, as: actor, request: request.id)
        var made = try page(transaction, start)
        while made.bytes.isEmpty, let next = made.next { made = try page(transaction, next) }
        app.note(transaction.sightings, by: actor, request)
        return made
    }
}

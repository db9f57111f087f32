package import KoiHTTP
package import KoiJSON

/// One line of the table of routes: verb, path, handler, who may call it, and what `openapi.yaml` says of it.
package struct Route: Sendable {
    package typealias Handler = @Sendable (Call) throws -> Answer

    /// Gives the answer of a handler that answers later, from any thread.
    ///
    /// The first counts; where there is none, the client is told of an error.
    package typealias Reply = @Sendable (Result<Answer, any Error>) -> Void

    package enum Work: Sendable {
        /// Runs in one snapshot, on the loop or, where it takes long, on a worker.
        case read(Handler)
        /// Runs in one snapshot like a read, and answers with what is read on while it is sent.
        case streamed(@Sendable (Call, App) throws -> Answer)
        /// Runs in a savepoint of the one writer.
        case write(Handler)
        /// The same, of several handlers.
        case composed(@Sendable (Call, App) throws -> Answer)
        /// What the request itself asks for: to say what would be done, or to do it.
        indirect case chosen(@Sendable (Call) throws -> Work)
        /// Slow work that is not a transaction, such as a backup; runs on a queue of its own, one at a time.
        case task(@Sendable (Call, App) throws -> Answer)
        /// Answers later, from wherever it is done, such as once a password was hashed; runs on the loop until then.
        case deferred(@Sendable (Call, App, @escaping Reply) throws -> Void)
        /// Needs neither transaction nor waiting.
        case immediate(@Sendable (Call, App) throws -> Answer)
    }

    package enum Access: Sendable {
        /// Anyone.
        case open
        /// Whoever shows an API key or has signed in.
        case key
        /// Whoever has the link that the path is, from wherever it leads here: mail programs follow some by themselves.
        case link
        /// The commands of Koi itself, over the socket in the data folder.
        case local

        /// Whether nothing is asked of who comes.
        var isAnybody: Bool { self == .open || self == .link }
    }

    /// What the role of whoever is let in must give.
    package enum Permission: Sendable, Equatable {
        /// Not said; a test refuses a route that leaves it so.
        case unsaid
        /// A right on records, which the record layer applies where it builds its queries.
        case records
        /// A right on something beside the records, of any reach.
        case area(Area, Verb)
        /// None: it answers with what is the actor's own, or with what everybody may know.
        case anyone
    }

    package let method: Method
    package let pattern: String
    package private(set) var work: Work
    package private(set) var access = Access.key
    package private(set) var permission = Permission.unsaid
    package private(set) var documentation: RouteDocumentation?
    /// In bytes; nil for the server's limit.
    package private(set) var bodyLimit: Int?
    /// Whether its body is a file, of whatever type, and may be as large as files may.
    package private(set) var takesFile = false
    /// The types of bodies that it takes as they are, beside JSON.
    package private(set) var mediaTypes: Set<String> = []
    /// Whether its requests count for the quota of whoever asks.
    package private(set) var isCounted = true
    /// Whether it cannot be part of a batch.
    package private(set) var isAlone = false

    package init(_ method: Method, _ pattern: String, _ work: Work) {
        self.method = method
        self.pattern = pattern
        self.work = work
    }

    package static func get(_ pattern: String, _ handler: @escaping Handler) -> Route {
        Route(.get, pattern, .read(handler))
    }

    package static func post(_ pattern: String, _ handler: @escaping Handler) -> Route {
        Route(.post, pattern, .write(handler))
    }

    package static func patch(_ pattern: String, _ handler: @escaping Handler) -> Route {
        Route(.patch, pattern, .write(handler))
    }

    package static func put(_ pattern: String, _ handler: @escaping Handler) -> Route {
        Route(.put, pattern, .write(handler))
    }

    package static func delete(_ pattern: String, _ handler: @escaping Handler) -> Route {
        Route(.delete, pattern, .write(handler))
    }

    package func access(_ access: Access) -> Route {
        var copy = self
        copy.access = access
        return copy
    }

    package func permitted(_ permission: Permission) -> Route {
        var copy = self
        copy.permission = permission
        return copy
    }

    package func documented(_ documentation: RouteDocumentation) -> Route {
        var copy = self
        copy.documentation = documentation
        return copy
    }

    /// Leaves its requests out of all quotas: those of load balancers and monitors, which must be answered always.
    package func uncounted() -> Route {
        var copy = self
        copy.isCounted = false
        return copy
    }

    package func takingFile() -> Route {
        var copy = self
        copy.takesFile = true
        return copy
    }

    /// Has the handlers of its reads and writes done by others.
    func handled(by change: @escaping @Sendable (@escaping Handler) -> Handler) -> Route {
        var copy = self
        copy.work = Route.handled(work, by: change)
        return copy
    }

    private static func handled(_ work: Work, by change: @escaping @Sendable (@escaping Handler) -> Handler) -> Work {
        switch work {
        case .read(let handler): .read(change(handler))
        case .write(let handler): .write(change(handler))
        // The work that is chosen chooses no further.
        case .chosen(let choose): .chosen { handled(try choose($0), by: change) }
        case .streamed, .composed, .task, .deferred, .immediate: work
        }
    }

    /// Has bodies of these types come as they are.
    package func taking(_ mediaTypes: Set<String>) -> Route {
        var copy = self
        copy.mediaTypes = mediaTypes
        return copy
    }

    /// Keeps it out of batches.
    package func alone() -> Route {
        var copy = self
        copy.isAlone = true
        return copy
    }

    package func bodyLimit(_ bytes: Int) -> Route {
        var copy = self
        copy.bodyLimit = bytes
        return copy
    }
}

/// What `openapi.yaml` says of a route beyond its verb and path.
///
/// Schemas are OpenAPI 3.1 schema objects.
package struct RouteDocumentation: Sendable {
    /// Unique among all routes: `listCustomers`.
    package var operation: String
    package var tag: String
    package var summary: String
    package var parameters: [JSONValue] = []
    package var request: JSONValue?
    package var requestType = "application/json"
    package var status = Status.ok
    /// Another status of success, with the same answer.
    package var otherStatus: Status?
    package var answer: JSONValue?
    package var answerType = "application/json"
    /// The types of a body that is a file, in place of `request`.
    package var fileTypes: [String] = []
    /// Other forms of the answer, as text.
    package var otherTypes: [String] = []
    /// Whether the answer can also be a stream of events.
    package var isStreamed = false
    /// Fields of the answer, such as `ETag`, with what they hold.
    package var answerFields: [String: String] = [:]
    /// The problems that the route can answer with, beyond those that any route can.
    package var problems: [Status] = []

    package init(_ operation: String, tag: String, _ summary: String) {
        self.operation = operation
        self.tag = tag
        self.summary = summary
    }
}

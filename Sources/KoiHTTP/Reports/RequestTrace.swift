/// What is known of a request beside what was sent: its id, and what the application notes for `Application.ended`.
package struct RequestTrace: Sendable, Equatable {
    /// That of the client's `X-Request-Id`, or 13 letters and digits that are unique among all requests since the start.
    package internal(set) var id: String
    /// The application's number of the route; nil where the request led to none.
    package var route: Int?
    /// Who asked: the application's kinds, and a number.
    package var actorKind: UInt8?
    package var actor: Int64?
    /// What the client may still ask, to be said with the answer.
    package var quota: Quota?

    package init(id: String) {
        self.id = id
    }
}

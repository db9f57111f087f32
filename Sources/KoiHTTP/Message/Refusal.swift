/// Why a request was not accepted: what the application turns into an answer.
package struct Refusal: Error, Sendable, Equatable {
    package let status: Status
    /// Stable, in snake_case, for programs: `header_too_large`.
    package let code: String
    /// An English sentence for people: what is wrong and what to do.
    package let detail: String

    package init(_ status: Status, code: String, detail: String) {
        self.status = status
        self.code = code
        self.detail = detail
    }

    static func bad(_ code: String, _ detail: String) -> Refusal {
        Refusal(.badRequest, code: code, detail: detail)
    }

    static let timeout = Refusal(
        .requestTimeout,
        code: "request_timeout",
        detail: "The request did not arrive in time. Send it again."
    )
    static let bodyTooLarge = Refusal(
        .contentTooLarge,
        code: "content_too_large",
        detail: "The body is larger than this address accepts."
    )
    static let unanswered = Refusal(
        .internalServerError,
        code: "internal_error",
        detail: "The request could not be answered."
    )
    static let tooManyConnections = Refusal(
        .serviceUnavailable,
        code: "too_many_connections",
        detail: "The server has as many connections as it may. Try again shortly."
    )
    static let storageFull = Refusal(
        .insufficientStorage,
        code: "insufficient_storage",
        detail: "The server has no room to store the body."
    )
}

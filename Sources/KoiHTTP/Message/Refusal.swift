/// Why a request was not accepted: what the application turns into an answer.
package struct Refusal: Error, Sendable, Equatable {
    package let status: Status
    /// Stable, in snake_case, for programs: `header_too_large`.
    package let code: String
    /// An English sentence for people: what is wrong and what to do.
    package let detail: String
    /// The `Accept-Language` of the request, where it was read that far.
    package internal(set) var acceptLanguage: String?
    /// After how many seconds it may be tried again, said by the server as `Retry-After` (RFC 9110 §10.2.3).
    package let retryAfter: Int?

    package init(_ status: Status, code: String, detail: String, retryAfter: Int? = nil) {
        self.status = status
        self.code = code
        self.detail = detail
        self.retryAfter = retryAfter
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
    static let storageFull = Refusal(
        .insufficientStorage,
        code: "insufficient_storage",
        detail: "The server has no room to store the body."
    )
}

/// Refusals for want of room: the same request may be sent again as it is, since nothing of it was done.
extension Refusal {
    static let tooManyConnections = Refusal(
        .serviceUnavailable,
        code: "too_many_connections",
        detail: "The server has as many connections as it may. Try again shortly.",
        retryAfter: 1
    )
    static let tooManyRequests = Refusal(
        .serviceUnavailable,
        code: "overloaded",
        detail: "The server has as many requests to answer as it may. Nothing was done; try again shortly.",
        retryAfter: 1
    )
    static let bodiesTooLarge = Refusal(
        .serviceUnavailable,
        code: "overloaded",
        detail: "The server holds as many bytes of bodies as it may. Nothing was done; try again shortly.",
        retryAfter: 1
    )
    static let spoolFull = Refusal(
        .serviceUnavailable,
        code: "overloaded",
        detail: "The server stores as many bytes of uploads as it may. Nothing was done; try again shortly.",
        retryAfter: 1
    )
    static let outOfDescriptors = Refusal(
        .serviceUnavailable,
        code: "overloaded",
        detail: "The server has as many files open as it may. Nothing was done; try again shortly.",
        retryAfter: 1
    )
}

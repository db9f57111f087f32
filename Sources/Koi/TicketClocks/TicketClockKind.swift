/// What somebody waits for, and was promised within some working time.
package enum TicketClockKind: String, Sendable, CaseIterable {
    /// From the receipt to our first answer; never begun again.
    case firstResponse = "first_response"
    /// From the oldest message that nobody has answered, once there was a first answer.
    case nextResponse = "next_response"
    /// From the receipt until it is resolved.
    case resolution
    /// From our last answer, or the receipt, to the next: so that nobody is left without news.
    case keepInformed = "keep_informed"
    /// From when somebody's superior was told of a broken promise until that promise is kept.
    case supervision

    /// Those that are promised to the customer.
    static let promises: [TicketClockKind] = [.firstResponse, .nextResponse, .resolution, .keepInformed]

    package var label: Text {
        switch self {
        case .firstResponse: Text("First response", "首次响应")
        case .nextResponse: Text("Next response", "后续响应")
        case .resolution: Text("Resolution", "解决")
        case .keepInformed: Text("Keep informed", "进展告知")
        case .supervision: Text("Supervision", "上级督办")
        }
    }
}

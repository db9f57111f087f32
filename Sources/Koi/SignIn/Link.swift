/// What a link lets whoever has it do.
package enum LinkPurpose: String, Sendable {
    /// To become the first administrator.
    case firstAdministrator = "first_administrator"
    /// To choose a first password.
    case invitation
    /// To choose another password.
    case passwordReset = "password_reset"
    /// To end messages to oneself.
    case unsubscribe
    /// To follow what a user has to do, in a calendar elsewhere.
    case calendar
    /// To agree to what is offered to make up for something, or not to.
    case consent
    /// To see a ticket as its customer does, and to answer.
    case ticket

    /// In milliseconds.
    var lifetime: Int64 {
        switch self {
        case .firstAdministrator, .passwordReset: 86_400_000
        case .invitation: 7 * 86_400_000
        // As long as somebody may find the message again.
        case .unsubscribe: 730 * 86_400_000
        // Until it is revoked, as far as anybody can see.
        case .calendar: 3_650 * 86_400_000
        case .consent: 30 * 86_400_000
        // A ticket can be opened again for long, and what was said of it is looked up later.
        case .ticket: 730 * 86_400_000
        }
    }
}

/// A link that lets someone without an account do one thing.
package struct Link: Sendable, Equatable {
    package let id: Int64
    package let purpose: LinkPurpose
    /// The record that it is about, if it is about one.
    package let subject: EventSubject?
    /// The user for whom it is.
    package let user: Int64?
    package let expiresAt: Int64
}

import CLinux
import Glibc
import KoiLock

/// What other threads want of a loop.
enum Mail: Sendable {
    /// A connection accepted for this loop.
    case adopt(Arrival)
    /// No descriptor is left: close what rests for longest.
    case yieldDescriptors
    case response(ConnectionID, serial: UInt64, Response)
    case unanswered(ConnectionID, serial: UInt64)
    case chunk(ConnectionID, serial: UInt64, BodyChunk)
    /// Take no more connections and finish those there are, until this time.
    case stop(deadline: Int)
}

/// The mail of a loop, and how the loop must be woken for it.
final class Mailbox: Sendable {
    enum Attention: Sendable {
        /// The loop is at work and will look.
        case busy
        /// The loop waits in epoll, and `bell` wakes it.
        case waiting
        /// The loop's queue has nothing to run.
        case asleep
    }

    private struct State {
        var mail: [Mail] = []
        var attention = Attention.asleep
    }

    /// An event descriptor in the loop's epoll set.
    let bell: Int32
    private let state = Lock(State())

    /// - Throws: `ServerError` when the system has no descriptor left.
    init() throws(ServerError) {
        bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard bell >= 0 else { throw ServerError(call: "eventfd", errno: errno) }
    }

    deinit { close(bell) }

    /// Puts in a piece of mail.
    ///
    /// - Returns: whether the loop sleeps and its queue must be given something to run; said once per sleep.
    func post(_ mail: Mail) -> Bool {
        let attention = state.withLock { state in
            state.mail.append(mail)
            let attention = state.attention
            state.attention = .busy
            return attention
        }
        if attention == .waiting { eventfd_write(bell, 1) }
        return attention == .asleep
    }

    /// Exchanges the mail for an empty list; the loop is busy from here on.
    func take(into mail: inout [Mail]) {
        state.withLock { state in
            state.attention = .busy
            if !state.mail.isEmpty { swap(&state.mail, &mail) }
        }
    }

    /// Declares that the loop will wait or sleep; false when mail has come meanwhile.
    func rest(_ attention: Attention) -> Bool {
        state.withLock { state in
            guard state.mail.isEmpty else { return false }
            state.attention = attention
            return true
        }
    }

    func silenceBell() {
        var count: eventfd_t = 0
        eventfd_read(bell, &count)
    }
}

import Glibc
import Synchronization

/// Whether somebody wants a command to end (Ctrl-C, SIGTERM, a closed terminal or pipe), which then tidies up first.
enum StopRequest {
    private static let isMade = Atomic(false)

    static func watch() {
        // Made before a signal can ask for it.
        isMade.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { _ in StopRequest.isMade.store(true, ordering: .relaxed) }
        }
        // What is written then fails, and the command ends by that.
        signal(SIGPIPE, SIG_IGN)
    }

    static func check() throws {
        guard !isMade.load(ordering: .relaxed) else { throw Failure("Broken off: the export is deleted.") }
    }
}

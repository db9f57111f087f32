import Foundation
import Glibc
import Koi
import KoiHTTP
import KoiSQLite

/// Why a command could not do its work: one sentence on standard error, exit code 1.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// Runs work on a data folder and puts whatever it throws into a sentence that says what to do.
    static func explained<T>(_ configuration: Configuration, _ work: () throws -> T) throws -> T {
        do {
            return try work()
        } catch {
            throw Failure(sentence(for: error, folder: configuration.dataFolder))
        }
    }

    private static func sentence(for error: any Error, folder: String) -> String {
        switch error {
        case let failure as Failure: failure.description
        case FolderLockError.locked:
            "\(error) Stop that one first, or name another folder with --data."
        case let error as ServerError: sentence(for: error)
        case let error as SQLiteError: sentence(for: error, folder: folder)
        case let problem as Problem: sentence(for: problem)
        case let error as CocoaError:
            "The data folder \(folder) cannot be used: \(reason(error)). Name another with --data."
        default: "\(error)"
        }
    }

    private static func sentence(for error: ServerError) -> String {
        let place =
            error.call.hasPrefix("listen on ") ? String(error.call.dropFirst(10)) : error.call
        switch error.errno {
        case EADDRINUSE:
            return
                "Another program listens on \(place) already. Stop it, or name another address with --listen."
        case EADDRNOTAVAIL:
            return "\(place) is no address of this machine. Name another with --listen."
        case EACCES:
            return
                "The system does not let this user listen on \(place). Name a port above 1023 with --listen."
        case ENAMETOOLONG:
            return
                "The path \(place) is too long for a socket. Name a data folder with a shorter path with --data."
        default: return "Koi cannot serve: \(error)."
        }
    }

    private static func sentence(for error: SQLiteError, folder: String) -> String {
        if error.isFull { return "The disk of \(folder) is full. Make room and try again." }
        if error.isCorrupt {
            return
                "The database in \(folder) is damaged or not one of Koi. Restore a backup with koi restore."
        }
        return "The database in \(folder) cannot be opened: \(error.message)."
    }

    private static func sentence(for problem: Problem) -> String {
        let issues = problem.issues.map { "\($0.field): \($0.message(.en))" }
        return issues.isEmpty ? problem.detail(.en) : issues.joined(separator: " ")
    }

    private static func reason(_ error: CocoaError) -> String {
        if let posix = error.underlying as? POSIXError {
            return String(cString: strerror(posix.code.rawValue))
        }
        return error.localizedDescription
    }
}

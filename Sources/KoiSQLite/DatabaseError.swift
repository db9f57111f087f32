/// Why the store could not do what was asked, whatever was asked.
package enum DatabaseError: Error, Equatable {
    /// The disk is full; nothing was stored.
    case full
    /// Reading or writing the file failed. Whether a write is stored is not known: repeat it under
    /// its idempotency key.
    case ioError(String)
    /// Nothing was stored; trying again later may help.
    case unavailable(String)
    /// Too many are waiting already; nothing was stored.
    case overloaded
    /// The database has been closed.
    case closed
}

extension DatabaseError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .full: "The disk is full."
        case .ioError(let reason): "The database file could not be read or written: \(reason)"
        case .unavailable(let reason): "The database is not available: \(reason)"
        case .overloaded: "Too many requests are waiting for the database."
        case .closed: "The database is closed."
        }
    }
}

extension DatabaseError {
    /// What a failed `BEGIN`, `COMMIT` or lost transaction means to the requests in it.
    init(group error: any Error) {
        switch error {
        case let error as DatabaseError: self = error
        case let error as SQLiteError where error.isFull: self = .full
        case let error as SQLiteError where error.isIOError || error.isCorrupt:
            self = .ioError(error.message)
        case let error as SQLiteError: self = .unavailable(error.message)
        default: self = .unavailable("the transaction was rolled back")
        }
    }

    /// The error of a single request: a full disk and a failing one are said in the store's words,
    /// all else is the request's own.
    static func request(_ error: any Error) -> any Error {
        guard let sqlite = error as? SQLiteError,
            sqlite.isFull || sqlite.isIOError || sqlite.isCorrupt
        else { return error }
        return DatabaseError(group: sqlite)
    }
}

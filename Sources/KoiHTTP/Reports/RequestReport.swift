/// How a request ended: what `Application.ended` is told.
package struct RequestReport: Sendable {
    package enum Outcome: UInt8, Sendable, CaseIterable {
        /// The whole answer was handed to the system.
        case answered
        /// The server answered by itself, before the application had the request: see `refusal`.
        case refused
        /// The client went before it had the whole answer, or before it had sent the whole request.
        case aborted
        /// The client did not take the answer in time, and was cut off.
        case stalled
        /// The source of the content failed in the midst of it.
        case failed
        /// The server stopped and waited no longer.
        case stopped
    }

    package internal(set) var trace = RequestTrace(id: "")
    package internal(set) var outcome = Outcome.answered
    /// Nil where the head was not read to its end.
    package internal(set) var method: Method?
    package internal(set) var peer: Peer
    /// The code of the refusal, such as `request_timeout`.
    package internal(set) var refusal: String?
    /// Nil where no answer was begun.
    package internal(set) var status: Int?
    /// Bytes of the request, its head with them.
    package internal(set) var received = 0
    /// Bytes of the answer with its head; what marks the ends of chunks is left out.
    package internal(set) var sent = 0
    /// Nanoseconds of a clock that never goes back: when the first byte was seen, when the request was complete, and when
    /// it ended.
    package internal(set) var began: UInt64 = 0
    package internal(set) var completed: UInt64 = 0
    package internal(set) var ended: UInt64 = 0
    package internal(set) var times = AnswerTimes()

    package init(peer: Peer) {
        self.peer = peer
    }

    /// Nanoseconds from the first byte to the end.
    package var duration: UInt64 { ended >= began ? ended - began : 0 }

    /// Nanoseconds from the last byte of the request to the end of its answer: what the server took for it.
    ///
    /// 0 where the request was never complete.
    package var service: UInt64 { completed > 0 && ended >= completed ? ended - completed : 0 }
}

/// Where the time of an answer went, in nanoseconds.
package struct AnswerTimes: Sendable, Equatable {
    /// Until a thread was there for it.
    package var waiting: UInt64 = 0
    /// In the database.
    package var database: UInt64 = 0

    package init(waiting: UInt64 = 0, database: UInt64 = 0) {
        self.waiting = waiting
        self.database = database
    }
}

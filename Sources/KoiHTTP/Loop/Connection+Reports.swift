/// What is told of requests when they have ended.
extension Connection {
    func identify() {
        guard report.trace.id.isEmpty else { return }
        report.trace.id = conversation.requestID ?? loop.service.makeRequestID()
    }

    func noteReceived(_ count: Int) {
        if report.received == 0 { report.began = loop.instant }
        report.received += count
    }

    /// The answer to the request at hand is complete, or will never be.
    func conclude() {
        if conversation.hasHead { report.method = conversation.method }
        report.sent += outgoing.contentSent
        if report.began == 0 { report.began = loop.instant }
        var ended = RequestReport(peer: peer)
        swap(&ended, &report)
        loop.answered.append(consume ended)
    }

    /// Tells of the requests whose answers are with the system; keeps those that are not.
    func reportSent(_ progress: Outgoing.Progress) {
        switch progress {
        case .failed: break
        case .blocked:
            unsent += loop.answered
            loop.answered.removeAll(keepingCapacity: true)
        default: reportAll()
        }
    }

    func reportRest(_ outcome: RequestReport.Outcome) {
        // The end of line that some clients send behind a body (RFC 9112 §2.2) is no request.
        if report.received > 2 || report.status != nil {
            identify()
            conclude()
        }
        guard !loop.answered.isEmpty || !unsent.isEmpty else { return }
        for index in unsent.indices { unsent[index].outcome = outcome }
        for index in loop.answered.indices { loop.answered[index].outcome = outcome }
        reportAll()
    }

    func reportAll() {
        let now = loop.service.clock.exact()
        if !unsent.isEmpty {
            tell(&unsent, now)
            unsent = []
        }
        tell(&loop.answered, now)
        loop.answered.removeAll(keepingCapacity: true)
    }

    private func tell(_ reports: inout [RequestReport], _ now: UInt64) {
        let (application, index) = (loop.service.application, loop.index)
        for place in reports.indices {
            reports[place].ended = now
            application.ended(reports[place], loop: index)
        }
    }
}

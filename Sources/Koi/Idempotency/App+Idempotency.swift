import KoiHTTP
import KoiSQLite
import Logging

/// Requests that named themselves by an `Idempotency-Key` and are not carried out by the writer, such as a backup.
///
/// Those that are wait for each other in its queue, so that the second finds the answer to the first.
extension App {
    /// Sends the answer of work outside of the writer, whichever thread it comes from.
    typealias Finish = @Sendable (Result<Answer, any Error>, Stopwatch?) -> Void

    /// Begins work that is not the writer's.
    ///
    /// - Returns: how it is answered; nil where it was carried out before and is answered by now.
    ///
    /// - Throws: `Problem` 409 while the same request is under way, and what `KeptAnswers` throws.
    func begin(_ call: PreparedCall, _ exchange: Exchange) throws -> Finish? {
        guard let request = call.idempotent else {
            return { self.send($0, $1, of: call, exchange) }
        }
        // Before the look for its answer: whoever has ended by then has stored it.
        try underWay.begin(request)
        do {
            let known = try database.read(on: call.request.loop) {
                let transaction = self.transaction(for: call, $0)
                return try KeptAnswers(transaction).answer(to: request).map { ($0, transaction.sightings) }
            }
            guard let (known, sightings) = known else { return { self.keep($0, $1, of: call, request, exchange) } }
            underWay.end(request)
            note(sightings, of: call)
            send(.success(known), nil, of: call, exchange)
            return nil
        } catch {
            underWay.end(request)
            throw error
        }
    }

    private func keep(
        _ result: Result<Answer, any Error>,
        _ watch: Stopwatch?,
        of call: PreparedCall,
        _ request: IdempotentRequest,
        _ exchange: Exchange
    ) {
        guard case .success(let answer) = result else {
            underWay.end(request)
            return send(result, watch, of: call, exchange)
        }
        database.writer.submit(
            { try KeptAnswers(self.transaction(for: call, $0)).keep(answer, to: request) },
            completion: { stored in
                self.underWay.end(request)
                // What was done stays done, also where its answer could not be kept.
                if case .failure(let error) = stored {
                    self.logger.error(
                        "answer not kept",
                        metadata: ["request": "\(call.request.id)", "error": "\(error)"]
                    )
                }
                self.send(result, watch, of: call, exchange)
            }
        )
    }

    private func send(
        _ result: Result<Answer, any Error>,
        _ watch: Stopwatch?,
        of call: PreparedCall,
        _ exchange: Exchange
    ) {
        var response = response(to: call.asked) { try result.get() }
        if let watch { response.times = watch.times }
        exchange.respond(response)
    }
}

import Synchronization

/// From a request to its answer: what becomes of its body, who is asked, and what is sent.
extension Connection {
    func admit() {
        let service = loop.service
        let (head, peer) = resolved()
        identify()
        report.peer = peer
        var trace = report.trace
        let admission =
            redirect(head).map(Admission.refuse) ?? service.application.admit(head, peer: peer, trace: &trace)
        report.trace = trace
        switch admission {
        case .buffer(let limit):
            guard conversation.admit(limit: limit) else { return prepareRefusal(.bodyTooLarge) }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(min(conversation.statedLength ?? 0, limit, loop.input.count))
            collector = .buffer(bytes)
        case .spool(let limit):
            guard conversation.admit(limit: limit) else { return prepareRefusal(.bodyTooLarge) }
            do {
                collector = try .spool(
                    contentType: conversation.head.fields["Content-Type"],
                    folder: service.spoolFolder,
                    limits: service.limits,
                    budget: service.spooled
                )
            } catch { prepareRefusal(error) }
        case .refuse(let response):
            if let length = conversation.statedLength, length <= service.limits.discardedBody,
                !conversation.expectsContinue, conversation.admit(limit: length)
            {
                collector = .discard(response)
            } else {
                endWith(response)
            }
        }
    }

    /// Hands the complete request to the application.
    func ask() {
        identify()
        report.completed = loop.instant
        // The time of idleness begins anew after each answer, also where that is given at once.
        patience.enter(.application, now: loop.now)
        let service = loop.service
        guard hold(collector.bytesInMemory) else { return answerOverloaded(.bodiesTooLarge) }
        guard service.counts.inFlight.load(ordering: .relaxed) < service.limits.requestsInFlight else {
            service.counts.shed.add(1, ordering: .relaxed)
            return answerOverloaded(.tooManyRequests)
        }
        var collected = BodyCollector.nothing
        swap(&collected, &collector)
        let body: Body
        do throws(Refusal) {
            switch try collected.finish() {
            case .complete(let complete): body = complete
            case .dropped(let response): return answer(response)
            }
        } catch { return prepareRefusal(error) }

        serial &+= 1
        let exchange = Exchange(loop: loop, id: id, serial: serial, heldBytes: heldBytes)
        heldBytes = 0
        let (head, peer) = resolved()
        report.peer = peer
        let request = Request(
            head: head,
            body: body,
            peer: peer,
            loop: loop.index,
            id: report.trace.id
        )
        var trace = report.trace
        let response =
            redirect(request.head)
            ?? service.application.respond(to: request, exchange: exchange, trace: &trace)
        report.trace = trace
        if let response {
            exchange.markAnswered() ? answer(response) : response.abandon()
        } else {
            exchange.noteInFlight()
            self.exchange = exchange
        }
    }

    /// Answers a complete request without giving it to the application; the connection stays.
    func answerOverloaded(_ refusal: Refusal) {
        collector = .nothing
        letGo(heldBytes)
        report.refusal = refusal.code
        answer(response(for: refusal))
    }

    /// The request's head and who asks, by the word of a proxy that is trusted.
    func resolved() -> (RequestHead, Peer) {
        guard isProxy else { return (conversation.head, peer) }
        var head = conversation.head
        var client = loop.service.proxies.client(of: peer, &head)
        client.mayBeAnybody = loop.service.proxies.mayBeAnybody(client.address)
        return (head, client)
    }

    /// The answer of a listener that sends everybody on to HTTPS; nil where the connection came in by another.
    func redirect(_ head: RequestHead) -> Response? {
        guard peer.role == .redirect else { return nil }
        return loop.service.redirect.response(to: head)
            ?? loop.service.application.refusal(.misdirected, id: report.trace.id)
    }

    func prepareRefusal(_ refusal: Refusal) {
        identify()
        report.refusal = refusal.code
        endWith(response(for: refusal))
    }

    /// In the language that the client asks for, where its request was read that far.
    func response(for refusal: Refusal) -> Response {
        var refusal = refusal
        refusal.acceptLanguage = conversation.head.fields["Accept-Language"]
        return loop.refusal(refusal, id: report.trace.id)
    }

    /// Answers although the request was not read to its end, which ends the connection.
    func endWith(_ response: Response) {
        guard !isEnding, outgoing.isIdle else { return close() }
        collector = .nothing
        letGo(heldBytes)
        conversation.close()
        isReadable = true
        answer(response)
    }

    func answer(_ response: Response) {
        let minorVersion = conversation.minorVersion
        var plan = AnswerPlan(response, to: conversation.method, minorVersion: minorVersion)
        if plan.framing == .untilClose || loop.isStopping { conversation.closeAfterAnswer() }
        plan.persistence =
            !conversation.keepsAlive ? .close : minorVersion == 0 ? .keepAlive : .implied
        let start = loop.output.count
        ResponseEncoder.append(
            response.status,
            response.fields,
            framing: plan.framing,
            persistence: plan.persistence,
            dateLine: report.peer.isSecure ? loop.secureDateLine : loop.dateLine,
            requestID: report.trace.id,
            quota: report.trace.quota,
            to: &loop.output
        )
        report.status = response.status.code
        report.times = response.times
        report.sent = loop.output.count - start
        switch plan.content {
        case .bytes(let bytes) where bytes.count <= Connection.copiedBody:
            loop.output.append(contentsOf: bytes)
            report.sent += bytes.count
            completeAnswer()
        case .none:
            completeAnswer()
        case .bytes, .file, .stream, .events:
            outgoing.begin(plan.content, framing: plan.framing)
        }
    }

    func completeAnswer() {
        report.outcome = report.refusal == nil ? .answered : .refused
        conclude()
        outgoing.reset()
        if !conversation.finish() { isEnding = true }
    }
}

import Dispatch
import KoiHTTP
import KoiLock
import KoiSQLite
import Logging

/// Tells webhooks what happens: reads the log on a queue of its own, and sends on a few others, at least once.
///
/// Nothing is kept but in the database, so what was under way when the process died is sent again. A receiver that hangs
/// takes one lane, those that failed before half of them together, so that the others always find one.
///
/// Safe to use from any thread: what changes is touched on the loop's queue only.
package final class WebhookWorker: @unchecked Sendable {
    /// Sends a request and waits for its answer.
    typealias Sender =
        @Sendable (OutgoingRequest, _ isStopping: @escaping @Sendable () -> Bool) throws -> OutgoingResponse

    /// Lanes of one webhook at once, and of all together that failed at last.
    private static let lanesEach = 4
    private static let lanesOfFailing = 4
    /// Lanes that stay free for webhooks that have none yet.
    private static let lanesKept = 3
    /// Failures in a row from which on there is a rest between two attempts.
    private static let failuresBeforeRest: Int64 = 5
    private static let longestRest: Int64 = 60_000
    /// The bytes of an answer that are kept.
    private static let excerpt = 500

    private let app: App
    private let desk: WebhookDesk
    private let sender: Sender
    private let loop: WorkLoop
    private let lanes = (1...8).map { number in DispatchQueue(label: "koi.webhooks.lanes.\(number)") }
    private let sending = DispatchGroup()
    private let reader: Connection

    private var ear: WebhookEar?
    private var free: [Int]
    private var underWay: [Int64: Int64] = [:]
    private var positions: [Int64: Int64] = [:]
    private var restingUntil: [Int64: Int64] = [:]
    /// When each that waits was given a lane last, as the number of that turn.
    private var served: [Int64: UInt64] = [:]
    private var turns: UInt64 = 0

    /// - Throws: `SQLiteError`
    package convenience init(_ app: App) throws {
        var client = HTTPClient(policy: app.catalog.outgoing)
        client.time = .seconds(15)
        client.bounds.body = 4_096
        let sender = client
        try self.init(app) { try sender.send($0, isStopping: $1) }
    }

    init(_ app: App, sender: @escaping Sender) throws {
        self.app = app
        self.sender = sender
        desk = WebhookDesk(app: app)
        loop = WorkLoop(DispatchQueue(label: "koi.webhooks"), "webhooks", logger: app.logger)
        reader = try Connection(path: app.database.path, mode: .readOnly)
        free = Array(lanes.indices)
    }

    // MARK: Starting and stopping

    package func start() {
        app.catalog.webhookBell.listen { [loop] in loop.wake() }
        loop.start {
            while try self.pass() {}
            return try self.loop.isStopped ? nil : self.rest()
        }
    }

    /// Gives up what is under way, which is sent again after the next start, and stops.
    ///
    /// Blocks. To be called before the database is closed.
    package func stop() {
        loop.stop()
        app.catalog.webhookBell.listen(nil)
        // Nothing is begun any more once this is done.
        loop.queue.sync { listen(to: false, after: 0) }
        sending.wait()
        loop.end { reader.close() }
    }

    /// Until something is due, in milliseconds.
    private func rest() throws -> Int64? {
        let now = app.clock.now()
        let due = try WebhookStore(reader).nextDue(after: now)
        let rested = restingUntil.values.filter { $0 > now }.min()
        return [due, rested].compactMap(\.self).min().map { $0 - now }
    }

    // MARK: One pass

    /// Sends all that is due by the clock, and waits for it.
    ///
    /// For tests.
    func runDue() throws {
        var goesOn = true
        while goesOn {
            goesOn = try loop.queue.sync(execute: pass)
            sending.wait()
        }
    }

    /// On the loop's queue.
    ///
    /// - Returns: whether there is more to do at once.
    private func pass() throws -> Bool {
        guard !loop.isStopped else { return false }
        let store = WebhookStore(reader)
        // Before the makers' rights are looked up, which are as new as this at least.
        let head = try app.catalog.eventHub.head(in: reader)
        let states = try store.states()
        listen(to: !states.isEmpty, after: head)
        var hasMore = false
        for state in states where !loop.isStopped {
            let known = max(state.position, positions[state.webhook] ?? 0)
            let result = try desk.scan(state, after: known, head: head, reader)
            positions[state.webhook] = result.position
            hasMore = result.hasMore || hasMore
        }
        let failing = Set(states.filter { $0.failures > 0 }.map(\.webhook))
        let hasBegun = try fillLanes(failing, store)
        return hasMore || hasBegun
    }

    private func listen(to isWanted: Bool, after head: Int64) {
        guard loop.isStarted, isWanted != (ear != nil) else { return }
        if let ended = ear {
            ended.end()
            app.catalog.eventHub.remove(ended)
            ear = nil
        } else {
            let made = WebhookEar { [loop] in loop.wake() }
            ear = made
            app.catalog.eventHub.add(made, after: head)
        }
    }

    /// Each webhook gets one lane before any gets another, and the one first that was given one the longest ago.
    ///
    /// - Returns: whether anything was begun or dropped.
    private func fillLanes(_ failing: Set<Int64>, _ store: WebhookStore) throws -> Bool {
        let found = try store.waitingWebhooks()
        served = served.filter { found.contains($0.key) }
        let waiting = found.sorted { (served[$0] ?? 0, $0) < (served[$1] ?? 0, $1) }
        var hasBegun = false
        for webhook in waiting where !underWay.values.contains(webhook) && !free.isEmpty {
            let isFailing = failing.contains(webhook)
            guard !isFailing || mayTryFailing(webhook, failing) else { continue }
            hasBegun = try begin(webhook, lanes: 1, store) || hasBegun
        }
        for webhook in waiting where !failing.contains(webhook) && free.count > Self.lanesKept {
            let room = Self.lanesEach - underWay.values.count(where: { $0 == webhook })
            hasBegun = try begin(webhook, lanes: min(room, free.count - Self.lanesKept), store) || hasBegun
        }
        return hasBegun
    }

    private func mayTryFailing(_ webhook: Int64, _ failing: Set<Int64>) -> Bool {
        underWay.values.count(where: failing.contains) < Self.lanesOfFailing
            && restingUntil[webhook] ?? 0 <= app.clock.now()
    }

    /// Begins so many deliveries of a webhook at most.
    private func begin(_ webhook: Int64, lanes count: Int, _ store: WebhookStore) throws -> Bool {
        var room = count
        var hasBegun = false
        guard room > 0 else { return false }
        // Those under way still count as waiting.
        let limit = Int64(room + underWay.values.count(where: { $0 == webhook }))
        for delivery in try store.due(of: webhook, at: app.clock.now(), limit: limit)
        where room > 0 && underWay[delivery.id] == nil {
            room -= 1
            hasBegun = true
            guard let request = try desk.request(for: delivery, reader), let lane = free.popLast() else { continue }
            underWay[delivery.id] = webhook
            turns += 1
            served[webhook] = turns
            send(request, delivery, on: lane)
        }
        return hasBegun
    }

    // MARK: Sending

    private func send(_ request: OutgoingRequest, _ delivery: WebhookDelivery, on lane: Int) {
        sending.enter()
        lanes[lane].async {
            let hasFailed = self.deliver(request, delivery)
            self.loop.queue.async {
                self.release(delivery, lane, hasFailed)
                self.sending.leave()
            }
        }
    }

    /// - Returns: whether the receiver did not take it.
    private func deliver(_ request: OutgoingRequest, _ delivery: WebhookDelivery) -> Bool {
        do {
            let outcome = try attempt(request)
            try desk.settle(delivery, outcome)
            return !outcome.isDelivered
        } catch is ClientConnection.Stopped {
            // Sent again after the next start.
        } catch let failure as DeliveryFailure where failure == .resolverBusy {
            // No attempt: the receiver was not even looked for.
        } catch {
            if !loop.isStopped { app.logger.error("webhooks", metadata: ["error": "\(error)"]) }
        }
        return true
    }

    private func release(_ delivery: WebhookDelivery, _ lane: Int, _ hasFailed: Bool) {
        free.append(lane)
        underWay[delivery.id] = nil
        rest(delivery.webhook, hasFailed: hasFailed)
        loop.wake()
    }

    /// After several failures in a row the next attempt waits a while, whichever delivery it is of.
    private func rest(_ webhook: Int64, hasFailed: Bool) {
        guard !loop.isStopped, hasFailed, let failures = try? WebhookStore(reader).failures(of: webhook)?.count,
            failures >= Self.failuresBeforeRest
        else {
            restingUntil[webhook] = nil
            return
        }
        restingUntil[webhook] = app.clock.now() + min(failures * 1_000, Self.longestRest)
    }

    /// - Throws: `ClientConnection.Stopped`, `DeliveryFailure.resolverBusy`
    private func attempt(_ request: OutgoingRequest) throws -> WebhookOutcome {
        let start = ContinuousClock.now
        func outcome(_ status: Int64?, _ response: String?, _ failure: DeliveryFailure?) -> WebhookOutcome {
            let duration = Int64((ContinuousClock.now - start) / .milliseconds(1))
            return WebhookOutcome(
                at: app.clock.now(),
                duration: duration,
                status: status,
                response: response,
                failure: failure
            )
        }
        do {
            let answer = try sender(request) { [loop] in loop.isStopped }
            let text = String(decoding: answer.body.prefix(Self.excerpt), as: UTF8.self)
            var result = outcome(Int64(answer.status), text, answer.isSuccess ? nil : .status(answer.status))
            let wait = answer.fields["Retry-After"].flatMap(Digits.integer) ?? 0
            result.retryAfter = min(max(wait, 0), 86_400) * 1_000
            return result
        } catch let failure as DeliveryFailure where failure != .resolverBusy {
            return outcome(nil, nil, failure)
        }
    }
}

extension DeliveryFailure {
    static func status(_ status: Int) -> DeliveryFailure {
        let isRedirect = (300...399).contains(status)
        return DeliveryFailure(
            isRedirect ? "redirect" : "status_\(status)",
            isRedirect
                ? "The receiver answered \(status): redirects are not followed. Enter the address to which it leads."
                : "The receiver answered \(status).",
            isRedirect ? "接收方返回 \(status)：不跟随重定向，请填写最终地址。" : "接收方返回 \(status)。"
        )
    }
}

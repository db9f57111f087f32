import Dispatch
import KoiJSON
import KoiSQLite
import Logging
import Synchronization

/// Delivers what stands in the outbox, at least once: an attempt is stored before it is made and its outcome afterwards, so
/// what was under way when the process died is delivered again.
///
/// Each channel has queues of its own, and so none waits for another.
///
/// Safe to use from any thread: `reader`, `timer` and `lanes` are touched on `queue` only.
package final class OutboxWorker: @unchecked Sendable {
    /// Takes a shipment to where it goes, and returns what the other side calls it; blocks.
    ///
    /// Throws `DeliveryFailure` where it is not delivered, `ClientConnection.Stopped` where Koi stops meanwhile.
    typealias Courier = @Sendable (Shipment, _ isStopping: @escaping @Sendable () -> Bool) throws -> String?

    /// The clock may be set or the machine may sleep, so the worker looks at least this often.
    private static let longestSleep: Int64 = 60_000
    private static let sleepAfterFailure: Int64 = 1_000
    /// Gateways at which something is under way at once.
    private static let maximumGateways = 32

    private let app: App
    private let courier: Courier
    private let desk: OutboxDesk
    private let queue = DispatchQueue(label: "koi.outbox")
    private let underWay = DispatchGroup()
    private let isStarted = Atomic(false)
    private let isStopping = Atomic(false)
    private let isWoken = Atomic(false)
    private let reader: Connection
    private let timer: any DispatchSourceTimer
    private var lanes: [OutboxMessage.Channel: OutboxLane] = [:]

    /// - Parameter isDry: whether all goes into the folder `outgoing`, and nothing over the network.
    /// - Throws: `SQLiteError`
    package convenience init(_ app: App, isDry: Bool = false) throws {
        let courier = isDry ? Couriers.folder(app.folder) : Couriers.network(app.catalog.outgoing)
        try self.init(app, isDry: isDry, courier: courier)
    }

    init(_ app: App, isDry: Bool = false, courier: @escaping Courier) throws {
        self.app = app
        self.courier = courier
        desk = OutboxDesk(app, isDry: isDry)
        reader = try Connection(path: app.database.path, mode: .readOnly)
        timer = DispatchSource.makeTimerSource(queue: queue)
        timer.activate()
    }

    deinit {
        timer.cancel()
    }

    // MARK: Starting and stopping

    package func start() {
        isStarted.store(true, ordering: .releasing)
        timer.setEventHandler { [weak self] in self?.runAndSleep() }
        app.catalog.outboxBell.listen { [weak self] in self?.wake() }
        wake()
    }

    /// Gives up what is under way, which is delivered again after the next start, and stops.
    ///
    /// Blocks. To be called before the database is closed.
    package func stop() {
        isStopping.store(true, ordering: .releasing)
        app.catalog.outboxBell.listen(nil)
        queue.sync { timer.cancel() }
        underWay.wait()
        queue.sync { reader.close() }
    }

    private func wake() {
        guard !isWoken.exchange(true, ordering: .acquiringAndReleasing) else { return }
        queue.async { self.runAndSleep() }
    }

    private func runAndSleep() {
        isWoken.store(false, ordering: .releasing)
        guard !isStopped else { return }
        do {
            while try pass() {}
            try sleep(nextTime().map { max($0 - app.clock.now(), 0) } ?? Self.longestSleep)
        } catch {
            guard !isStopped else { return }
            app.logger.error("outbox", metadata: ["error": "\(error)"])
            sleep(Self.sleepAfterFailure)
        }
    }

    /// When there may be something to begin, beside what the end of a delivery makes room for.
    private func nextTime() throws -> Int64? {
        let (store, now) = (OutboxStore(reader), app.clock.now())
        var times: [Int64] = []
        for channel in try store.channels() {
            if let due = try store.nextDue(on: channel, after: now) { times.append(due) }
            if let rest = lanes[channel]?.notBefore, rest > now { times.append(rest) }
        }
        return times.min()
    }

    private func sleep(_ milliseconds: Int64) {
        timer.schedule(deadline: .now() + .milliseconds(Int(min(milliseconds, Self.longestSleep))))
    }

    private var isStopped: Bool { isStopping.load(ordering: .acquiring) }

    // MARK: Delivering

    /// Delivers all that is due by the clock, and waits for it.
    ///
    /// For tests.
    func runDue() throws {
        while try runRound() {}
    }

    /// Makes an attempt for as many of those that are due as may be under way at once, and waits for it; whether there was any.
    ///
    /// For tests.
    func runRound() throws -> Bool {
        let hasBegun = try queue.sync(execute: pass)
        underWay.wait()
        return hasBegun
    }

    /// Begins all that is due and has room.
    ///
    /// On `queue`.
    ///
    /// - Returns: whether there was any.
    private func pass() throws -> Bool {
        guard !isStopped else { return false }
        return try OutboxStore(reader).channels().reduce(false) { try begin(on: $1) || $0 }
    }

    private func begin(on channel: OutboxMessage.Channel) throws -> Bool {
        let now = app.clock.now()
        var lane = try lanes[channel] ?? OutboxLane(channel, OutboxPace.of(channel, reader))
        // A lane that rests learns its pace anew.
        if lane.isResting, lane.notBefore <= now { lane = try OutboxLane(channel, OutboxPace.of(channel, reader)) }
        defer { lanes[channel] = lane }
        guard lane.hasRoom, lane.notBefore <= now, !lane.isResting || hasRoom(for: channel) else { return false }
        let due = try OutboxStore(reader).due(on: channel, at: now, besides: lane.crowded, limit: lane.lookahead)
        var hasBegun = false
        for (id, name) in due {
            guard let queue = lane.begin(id, name, at: now) else { continue }
            hasBegun = true
            run(id, channel, on: queue)
        }
        return hasBegun
    }

    /// Mail always has its queues.
    private func hasRoom(for channel: OutboxMessage.Channel) -> Bool {
        channel == .mail || lanes.count { $0.key != .mail && !$0.value.isResting } < Self.maximumGateways
    }

    private func run(_ id: Int64, _ channel: OutboxMessage.Channel, on queue: DispatchQueue) {
        underWay.enter()
        queue.async {
            let pause = self.attempt(id)
            self.queue.async {
                self.lanes[channel]?.end(id)
                if let pause { self.lanes[channel]?.rest(until: pause) }
                if self.isStarted.load(ordering: .acquiring) { self.wake() }
                self.underWay.leave()
            }
        }
    }

    /// Until when the channel is to rest; nil where it need not.
    private func attempt(_ id: Int64) -> Int64? {
        do {
            try deliver(id)
            return nil
        } catch {
            // Nothing is known of the row, which may still be due.
            app.logger.error("outbox", metadata: ["outbox": "\(id)", "error": "\(error)"])
            return app.clock.now() + Self.sleepAfterFailure
        }
    }

    private func deliver(_ id: Int64) throws {
        guard !isStopped, let (message, shipment) = try desk.begin(id) else { return }
        do {
            let receipt = try courier(shipment) { [weak self] in self?.isStopped ?? true }
            try desk.finish(message, receipt: receipt)
        } catch is ClientConnection.Stopped {
            try desk.takeBack(message)
        } catch let failure as DeliveryFailure {
            try desk.settle(message, failure)
        } catch let error as OutboxDesk.Unstored {
            throw error.reason
        } catch {
            app.logger.error("outbox", metadata: ["outbox": "\(id)", "error": "\(error)"])
            try desk.settle(message, .unforeseen)
        }
    }
}

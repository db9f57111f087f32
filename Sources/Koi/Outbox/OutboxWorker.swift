import Dispatch
import KoiJSON
import KoiSQLite
import Logging

/// Delivers what stands in the outbox, at least once: an attempt is stored before it is made and its outcome afterwards, so
/// what was under way when the process died is delivered again.
///
/// Each channel has queues of its own, and so none waits for another.
///
/// Safe to use from any thread: `reader` and `lanes` are touched on the loop's queue only.
package final class OutboxWorker: @unchecked Sendable {
    /// Takes a shipment to where it goes, and returns what the other side calls it; blocks.
    ///
    /// Throws `DeliveryFailure` where it is not delivered, `ClientConnection.Stopped` where Koi stops meanwhile.
    typealias Courier = @Sendable (Shipment, _ isStopping: @escaping @Sendable () -> Bool) throws -> String?

    /// Gateways at which something is under way at once.
    private static let maximumGateways = 32

    private let app: App
    private let courier: Courier
    private let desk: OutboxDesk
    private let loop: WorkLoop
    private let underWay = DispatchGroup()
    private let reader: Connection
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
        loop = WorkLoop(DispatchQueue(label: "koi.outbox"), "outbox", logger: app.logger)
        reader = try Connection(path: app.database.path, mode: .readOnly)
    }

    // MARK: Starting and stopping

    package func start() {
        app.catalog.outboxBell.listen { [loop] in loop.wake() }
        loop.start {
            while try self.pass() {}
            guard !self.loop.isStopped else { return nil }
            return try self.nextTime().map { $0 - self.app.clock.now() }
        }
    }

    /// Gives up what is under way, which is delivered again after the next start, and stops.
    ///
    /// Blocks. To be called before the database is closed.
    package func stop() {
        loop.stop()
        app.catalog.outboxBell.listen(nil)
        // Nothing is begun any more once this is done.
        loop.queue.sync {}
        underWay.wait()
        loop.end { reader.close() }
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
        let hasBegun = try loop.queue.sync(execute: pass)
        underWay.wait()
        return hasBegun
    }

    /// Begins all that is due and has room.
    ///
    /// On the loop's queue.
    ///
    /// - Returns: whether there was any.
    private func pass() throws -> Bool {
        guard !loop.isStopped else { return false }
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
            self.loop.queue.async {
                self.lanes[channel]?.end(id)
                if let pause { self.lanes[channel]?.rest(until: pause) }
                self.loop.wake()
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
            return app.clock.now() + WorkLoop.sleepAfterFailure
        }
    }

    private func deliver(_ id: Int64) throws {
        guard !loop.isStopped, let (message, shipment) = try desk.begin(id) else { return }
        do {
            let receipt = try courier(shipment) { [loop] in loop.isStopped }
            try desk.finish(message, receipt: receipt)
        } catch is ClientConnection.Stopped {
            try desk.takeBack(message)
        } catch let failure as DeliveryFailure where failure == .resolverBusy {
            // No attempt: the server was not even looked for.
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

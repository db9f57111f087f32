import Testing

@testable import KoiHTTP

@Suite struct PatienceTests {
    private let limits = Limits()

    private func verdicts(_ phase: Patience.Phase, at times: [Int]) -> [Patience.Verdict] {
        var patience = Patience(now: 0)
        patience.enter(phase, now: 0)
        return times.map { patience.verdict(now: $0, limits: limits) }
    }

    @Test(
        arguments: [
            (Patience.Phase.fresh, 10_000, Patience.Verdict.close), (.idle, 60_000, .close),
            (.head, 10_000, .refuse), (.body, 10_000, .refuse), (.writing, 30_000, .close),
            (.lingering, 5000, .close), (.halfClosed, 5000, .close), (.streaming, 15_000, .beat),
        ])
    func `each phase has an end`(
        _ phase: Patience.Phase,
        _ end: Int,
        _ verdict: Patience.Verdict
    ) {
        #expect(verdicts(phase, at: [end - 1, end]) == [.wait, verdict])
    }

    @Test func `an application may take its time`() {
        #expect(verdicts(.application, at: [1_000_000]) == [.wait])
    }

    @Test func `a head that drips in is not saved by its drops`() {
        var patience = Patience(now: 0)
        for now in stride(from: 0, to: 10_000, by: 1000) {
            patience.enter(.head, now: now)
            patience.advance(by: 1, now: now)
        }
        #expect(patience.verdict(now: 10_000, limits: limits) == .refuse)
    }

    @Test func `a body may be slow but not too slow`() {
        var fast = Patience(now: 0)
        var slow = fast
        var stalled = fast
        fast.enter(.body, now: 0)
        slow.enter(.body, now: 0)
        stalled.enter(.body, now: 0)
        stalled.advance(by: 10_000_000, now: 1)
        for now in stride(from: 1000, through: 100_000, by: 1000) {
            fast.advance(by: 600, now: now)
            slow.advance(by: 400, now: now)
            #expect(fast.verdict(now: now, limits: limits) == .wait)
        }
        #expect(slow.verdict(now: 100_000, limits: limits) == .refuse)
        #expect(stalled.verdict(now: 30_000, limits: limits) == .wait)
        #expect(stalled.verdict(now: 30_001, limits: limits) == .refuse)
    }

    @Test func `a client must take enough of its answer within each piece of the time`() {
        var patience = Patience(now: 0)
        patience.enter(.writing, now: 0)
        let window = limits.writeStall
        let enough = limits.writeRate * window / 1000

        for count in 1...3 {
            #expect(patience.verdict(now: window * count - 1, limits: limits) == .wait)
            patience.advance(by: enough, now: window * count - 1)
            #expect(patience.verdict(now: window * count, limits: limits) == .wait)
        }
        patience.advance(by: enough - 1, now: window * 4)
        #expect(patience.verdict(now: window * 4, limits: limits) == .close)
    }

    @Test func `what the system has taken and the client has not does not count as taken`() {
        var patience = Patience(now: 0)
        patience.enter(.writing, now: 0)
        let window = limits.writeStall
        #expect(patience.verdict(now: 500, limits: limits, unsent: { 0 }) == .wait)
        patience.advance(by: 4_000_000, now: 600)

        #expect(patience.verdict(now: window - 1, limits: limits, unsent: { 4_000_000 }) == .wait)
        var taking = patience
        #expect(taking.verdict(now: window, limits: limits, unsent: { 3_980_000 }) == .wait)
        #expect(patience.verdict(now: window, limits: limits, unsent: { 3_990_000 }) == .close)
    }

    @Test func `only what rests can make room`() {
        for (phase, rests) in [
            (Patience.Phase.idle, true), (.lingering, true), (.head, false), (.body, false), (.application, false),
            (.writing, false), (.halfClosed, false),
        ] {
            var patience = Patience(now: 0)
            patience.enter(phase, now: 5)
            #expect(patience.restingSince(10) == (rests ? 5 : nil), "\(phase)")
        }
        #expect(Patience(now: 0).restingSince(999) == nil)
        #expect(Patience(now: 0).restingSince(1000) == 0)
    }

    @Test func `much at once does not buy a body a long silence`() {
        var patience = Patience(now: 0)
        patience.enter(.body, now: 0)
        patience.advance(by: 1_000_000, now: 0)
        #expect(patience.verdict(now: 10_000, limits: limits) == .wait)
        patience.advance(by: 1, now: 19_999)
        #expect(patience.verdict(now: 20_000, limits: limits) == .refuse)
    }

    @Test func `a stream goes on for a client that closed its side, as long as it comes`() {
        var patience = Patience(now: 0)
        patience.enter(.halfClosed, now: 0)
        patience.advance(by: 0, now: 4000)
        #expect(patience.verdict(now: 8999, limits: limits) == .wait)
        #expect(patience.verdict(now: 9000, limits: limits) == .close)
    }
}

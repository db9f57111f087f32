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
            (.lingering, 5000, .close), (.halfClosed, 5000, .close),
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

    @Test func `a client that takes something keeps its connection`() {
        var patience = Patience(now: 0)
        patience.enter(.writing, now: 0)
        patience.advance(by: 1, now: 29_999)

        #expect(patience.verdict(now: 59_998, limits: limits) == .wait)
        #expect(patience.verdict(now: 59_999, limits: limits) == .close)
    }
}

/// How late a loop is: whatever becomes ready while it is at work waits until it has finished its turn.
package final class LoopGauge: Sendable {
    /// Upper bounds of the turns that are counted together, in nanoseconds; longer ones are counted behind the last.
    package static let bounds: [UInt64] = [
        100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000,
        250_000_000, 500_000_000, 1_000_000_000,
    ]

    private let tally = Tally(count: bounds.count + 2)

    func noteTurn(_ nanoseconds: UInt64) {
        var index = 0
        while index < LoopGauge.bounds.count, nanoseconds > LoopGauge.bounds[index] { index += 1 }
        tally.add(1, at: index)
        tally.add(nanoseconds, at: LoopGauge.bounds.count + 1)
    }

    /// Turns by `bounds`, and behind them the longer ones.
    package var turns: [UInt64] { (0...LoopGauge.bounds.count).map { tally[$0] } }

    /// Nanoseconds of all turns.
    package var total: UInt64 { tally[LoopGauge.bounds.count + 1] }
}

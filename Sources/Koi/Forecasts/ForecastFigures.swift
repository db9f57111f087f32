/// The figures of one line of a forecast.
struct ForecastFigures {
    struct Sum {
        var deals: Int64 = 0
        var amount: Int128 = 0
        /// In hundredths.
        fileprivate var hundredths: Int128 = 0

        /// Amount by probability.
        var weighted: Int128 { Sum.rounded(hundredths, 100) }

        fileprivate mutating func add(_ deals: Int64, _ amount: Int128, _ probability: Int64) {
            self.deals += deals
            self.amount += amount
            hundredths += amount * Int128(probability)
        }

        /// Half up, of what is not negative.
        fileprivate static func rounded(_ sum: Int128, _ parts: Int64) -> Int128 {
            (sum + Int128(parts / 2)) / Int128(parts)
        }
    }

    /// Of customers that had bought before, and of others.
    private(set) var existing = Sum()
    private(set) var new = Sum()
    /// What was won in the month so far.
    private(set) var won = Sum()
    private var stages: [Int64: Sum] = [:]

    var all: Sum {
        var all = existing
        all.deals += new.deals
        all.amount += new.amount
        all.hundredths += new.hundredths
        return all
    }

    mutating func add(_ deals: Int64, _ amount: Int128, probability: Int64, stage: Int64, isExisting: Bool) {
        if isExisting {
            existing.add(deals, amount, probability)
        } else {
            new.add(deals, amount, probability)
        }
        stages[stage, default: Sum()].add(deals, amount, probability)
    }

    mutating func addWon(_ deals: Int64, _ amount: Int128) {
        won.add(deals, amount, 100)
    }

    /// Amount by the share of those deals that were in the same stage and are closed by now which was won; by probability
    /// where these are too few to tell.
    ///
    /// - Returns: the sum, and of how many deals the share could be told.
    func byHistory(_ outcomes: [Int64: StageOutcomes.Outcome]) -> (deals: Int64, amount: Int128) {
        var told: (deals: Int64, amount: Int128) = (0, 0)
        for (stage, sum) in stages {
            if let outcome = outcomes[stage], outcome.isEnough {
                told.deals += sum.deals
                // Twice both, so that halves of an odd number are whole.
                told.amount += Sum.rounded(sum.amount * Int128(outcome.won) * 2, outcome.closed * 2)
            } else {
                told.amount += sum.weighted
            }
        }
        return told
    }
}

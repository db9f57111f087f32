/// How letters without spaces may be cut into syllables: `fangan` is `fan gan` or `fang an`.
struct PinyinSplit {
    /// The syllables that are certain to be complete, from the front.
    var syllables: [Syllable]
    /// Letters that begin a further syllable, where the text ends within one.
    var rest: ArraySlice<UInt8>

    /// Syllables that are told apart; the ones behind them only have to be possible.
    private static let greatestCount = 4

    /// Ways of cutting that are followed up, each a branch of the query; few texts have five.
    private static let greatestBranching = 8

    private static let longestSyllable = 6

    /// All ways of cutting the first syllables so that the rest can be cut as well, those with
    /// long syllables first; none where the letters are no pinyin.
    static func all(of letters: [UInt8]) -> [PinyinSplit] {
        let isPossible = possibleStarts(letters)
        guard isPossible[0], !letters.isEmpty else { return [] }
        var complete: [PinyinSplit] = []
        var open: [(syllables: [Syllable], end: Int)] = [([], 0)]
        while let (syllables, end) = open.popLast(), complete.count < greatestBranching {
            let rest = letters[end...]
            if rest.isEmpty || syllables.count == greatestCount {
                complete.append(PinyinSplit(syllables: syllables, rest: []))
                continue
            }
            if PinyinTable.isBeginning(rest) {
                complete.append(PinyinSplit(syllables: syllables, rest: rest))
            }
            for length in 1...min(longestSyllable, rest.count) where isPossible[end + length] {
                let letters = rest.prefix(length)
                guard PinyinTable.isSyllable(letters), let syllable = Syllable(letters) else {
                    continue
                }
                open.append((syllables + [syllable], end + length))
            }
        }
        return complete
    }

    /// For each index whether the letters from there on can be cut into syllables, the last of
    /// which may be incomplete.
    private static func possibleStarts(_ letters: [UInt8]) -> [Bool] {
        var isPossible = [Bool](repeating: false, count: letters.count + 1)
        isPossible[letters.count] = true
        for start in letters.indices.reversed() {
            let rest = letters[start...]
            isPossible[start] =
                PinyinTable.isBeginning(rest)
                || (1...min(longestSyllable, rest.count)).contains {
                    isPossible[start + $0] && PinyinTable.isSyllable(rest.prefix($0))
                }
        }
        return isPossible
    }
}

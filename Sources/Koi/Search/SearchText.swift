/// A folded text as search sees it: its letters and digits, cut into words and runs of ideographs.
struct SearchText {
    struct Run {
        enum Kind {
            /// Text of a script without spaces.
            case ideographs
            case word
            /// A word of nothing but the digits 0 to 9.
            case number
        }

        var kind: Kind
        var range: Range<Int>

        /// Whether this and the number before it may be parts of one telephone number: only spaces,
        /// hyphens, points, slashes and parentheses stand between.
        var continuesNumber: Bool

        /// Whether a plus sign stands before.
        var followsPlus: Bool
    }

    /// The text without everything between the runs.
    private(set) var compact: [Unicode.Scalar] = []
    private(set) var runs: [Run] = []

    /// Reads the beginning of a text, up to a number of its scalars.
    init(_ text: String, limit: Int) {
        self.init(folded: TextFolding.scalars(of: text, limit: limit)[...])
    }

    init(folded scalars: ArraySlice<Unicode.Scalar>) {
        compact.reserveCapacity(scalars.count)
        var gap = Gap()
        for scalar in scalars {
            let scalarClass = ScalarClass(scalar)
            switch scalarClass {
            case .joiner: continue
            case .separator: gap.add(scalar)
            case .letter, .ideograph:
                let isDigit = 0x30...0x39 ~= scalar.value
                append(
                    scalar,
                    scalarClass == .ideograph ? .ideographs : isDigit ? .number : .word,
                    after: gap
                )
                gap = Gap()
            }
        }
    }

    subscript(run: Run) -> ArraySlice<Unicode.Scalar> { compact[run.range] }

    private mutating func append(_ scalar: Unicode.Scalar, _ kind: Run.Kind, after gap: Gap) {
        let index = compact.count
        compact.append(scalar)
        if let last = runs.last, continues(last, kind, after: gap) {
            runs[runs.count - 1].range = last.range.lowerBound..<index + 1
            if kind == .word { runs[runs.count - 1].kind = .word }
        } else {
            let run = Run(
                kind: kind,
                range: index..<index + 1,
                continuesNumber: !gap.isEmpty && gap.isOfNumber,
                followsPlus: gap.hasPlus
            )
            runs.append(run)
        }
    }

    /// Whether a character belongs to the run before it.
    ///
    /// Parentheses, quotation marks and the point in foreign names do not end a run of ideographs,
    /// for nobody types them: 重庆机械（集团）有限公司, 卡尔·马克思.
    private func continues(_ run: Run, _ kind: Run.Kind, after gap: Gap) -> Bool {
        if run.kind == .ideographs { return kind == .ideographs && gap.isWithinName }
        return kind != .ideographs && gap.isEmpty
    }

    /// What stands between two runs.
    private struct Gap {
        private(set) var isEmpty = true
        private(set) var isWithinName = true
        private(set) var isOfNumber = true
        private(set) var hasPlus = false

        mutating func add(_ scalar: Unicode.Scalar) {
            isEmpty = false
            switch scalar {
            case "(", ")": break
            case "·", "•", "・", "\"", "“", "”", "《", "》", "「", "」": isOfNumber = false
            case "+":
                hasPlus = true
                isWithinName = false
            case " ", "-", ".", "/": isWithinName = false
            default:
                isOfNumber = false
                isWithinName = false
            }
        }
    }
}

extension Currency {
    /// An amount in the smallest unit as people write it: `200.00`.
    static func text(_ amount: Int64, of currency: String) -> String {
        let digits = digits[currency] ?? 2
        guard digits > 0 else { return String(amount) }
        let text = String(amount.magnitude)
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return (amount < 0 ? "-" : "") + padded.dropLast(digits) + "." + padded.suffix(digits)
    }

    /// Of those that are not divided by a hundred (ISO 4217).
    private static let digits: [String: Int] = {
        let none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(separator: " ")
        let three = "BHD IQD JOD KWD LYD OMR TND".split(separator: " ")
        let all = none.map { (String($0), 0) } + three.map { (String($0), 3) } + [("CLF", 4)]
        return Dictionary(all, uniquingKeysWith: { first, _ in first })
    }()
}

import KoiJSON

/// Sums of money: whole numbers in the smallest unit of a currency, which stands beside them.
enum Money {
    /// Up to ten million million of a currency with hundredths; sums of many stay within 64 bits.
    static let range: ClosedRange<Int64> = 0...1_000_000_000_000_000
    static let note = Text("In the smallest unit of the currency, such as fen.", "以货币的最小单位计，例如分。")

    /// The field with the currency of all sums of a record.
    static func currency() -> Field {
        .choice("currency", "Currency", "货币", Currency.choices)
            .noted("The company's where a sum is given without.", "有金额而未填写时使用公司的货币。").example("CNY")
    }

    /// A field with a sum.
    static func sum(_ name: String, _ en: String, _ zh: String) -> Field {
        .integer(name, en, zh, range).noted(note.en, note.zh).example(199_900)
    }

    /// Gives a record with a sum the company's currency where it names none.
    static func completeCurrency(of record: inout Record, for sums: [String], in transaction: Transaction) {
        guard record["currency"].isNull, sums.contains(where: { !record[$0].isNull }) else { return }
        record["currency"] = .string(transaction.catalog.settings.current.currency)
    }
}

import KoiJSON
import KoiSQLite

/// What a deal is worth: the sum of its lines, all in its currency.
struct DealAmount {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    func complete(_ record: inout Record, before: Record?, _ issues: inout [Problem.Issue]) throws {
        let lines = record["lines"].arrayValue ?? []
        guard !lines.isEmpty else { return }
        let isSame = record["lines"] == before?["lines"]
        if isSame, let before, record["currency"] != before["currency"] {
            return issues.append(DealAmount.redenominated.issue(field: "currency"))
        }
        if !isSame { try price(&record, before, &issues) }
        // Without a price there is no sum; a product that the actor does not see is refused as any reference is.
        let isPriced = (record["lines"].arrayValue ?? []).allSatisfy { $0.objectValue?["price"]?.integerValue != nil }
        guard isPriced, issues.isEmpty, let sum = sum(record["lines"].arrayValue ?? [], &issues) else { return }
        // What was sent has to be what it comes to; what stood there before is replaced.
        if !record["amount"].isNull, record["amount"] != before?["amount"], record["amount"] != .integer(sum) {
            let refusal = ValueRefusal(
                "not_the_sum",
                "The lines come to \(sum); send that, or leave the amount out.",
                "明细合计为 \(sum)；请填写此值或省略金额。"
            )
            return issues.append(refusal.issue(field: "amount"))
        }
        record["amount"] = .integer(sum)
    }

    // MARK: Prices

    private struct Price {
        let price: Int64?
        let currency: String
        let isActive: Bool
    }

    /// Gives lines without a price that of their product.
    private func price(_ record: inout Record, _ before: Record?, _ issues: inout [Problem.Issue]) throws {
        let known = Set((before?["lines"].arrayValue ?? []).compactMap { $0.objectValue?["product"]?.integerValue })
        var lines: [JSONValue] = []
        for (index, line) in (record["lines"].arrayValue ?? []).enumerated() {
            guard var line = line.objectValue, let product = line["product"]?.integerValue else { continue }
            let place = "lines[\(index)]"
            let listed = try price(of: product)
            if listed?.isActive == false, !known.contains(product) {
                issues.append(DealAmount.inactive.issue(field: place + ".product"))
            }
            if line["price"]?.isNull ?? true, listed != nil || known.contains(product) {
                line["price"] = priced(listed, record["currency"], place, &issues)
            }
            lines.append(.object(line))
        }
        record["lines"] = .array(lines)
    }

    /// As the actor sees it; nil for a product that it does not see.
    private func price(of product: Int64) throws -> Price? {
        var sql = SQLFragment("SELECT price, currency, active FROM products AS t WHERE t.id = ?", [.integer(product)])
        if let seen = transaction.visibility(of: Product.resource).condition {
            sql.append(" AND ")
            sql.append(seen)
        }
        let held = transaction.actor.access.restrictions(of: Product.resource.name)
        func isClear(_ field: String) -> Bool { held.reading(field) == .clear }
        return try transaction.connection.first(sql.sql, sql.values) { row in
            Price(
                price: isClear("price") && isClear("currency") ? row.intOrNil(0) : nil,
                currency: row.text(1),
                isActive: row.bool(2) || !isClear("active")
            )
        }
    }

    private func priced(
        _ listed: Price?,
        _ currency: JSONValue,
        _ place: String,
        _ issues: inout [Problem.Issue]
    ) -> JSONValue {
        guard let listed, let price = listed.price else {
            issues.append(ValueRefusal.required.issue(field: place + ".price"))
            return .null
        }
        guard currency == .string(listed.currency) else {
            let refusal = ValueRefusal(
                "other_currency",
                "The product is priced in \(listed.currency), and a deal has one currency: give a price in that of the deal.",
                "产品以 \(listed.currency) 计价，而一个商机只有一种货币：请填写以商机货币计的单价。"
            )
            issues.append(refusal.issue(field: place + ".price"))
            return .null
        }
        return .integer(price)
    }

    // MARK: Sums

    private func sum(_ lines: [JSONValue], _ issues: inout [Problem.Issue]) -> Int64? {
        var sum: Int64 = 0
        for (index, line) in lines.enumerated() {
            let place = "lines[\(index)]"
            guard let line = line.objectValue else { continue }
            do throws(ValueRefusal) {
                sum = try DealLine(line).added(to: sum)
            } catch {
                issues.append(error.issue(field: place))
            }
        }
        return issues.isEmpty ? sum : nil
    }

    private static let inactive = ValueRefusal("inactive", "This product is not sold any more.", "此产品已停售。")
    private static let redenominated = ValueRefusal(
        "mixed_currencies",
        "The lines have prices in the other currency: send them again in this one.",
        "明细的单价为原货币：请同时以新货币重新填写明细。"
    )
}

/// One line of a deal in whole numbers.
struct DealLine {
    private static let quantities: Int64 = 1_000
    private static let shares: Int64 = 10_000
    private static let largestQuantity: Double = 1_000_000_000

    private let price: Int64
    /// In thousandths.
    private let quantity: Int64
    /// What is left to pay, in hundredths of a per cent.
    private let share: Int64

    init(_ line: JSONObject) throws(ValueRefusal) {
        price = line["price"]?.integerValue ?? 0
        guard let quantity = DealLine.whole(line["quantity"], by: Double(DealLine.quantities)), quantity > 0 else {
            throw ValueRefusal(
                "bad_quantity",
                "Send a quantity above 0 and up to 1000000000, with at most three decimals.",
                "数量须大于 0、不超过 1000000000，最多三位小数。",
                path: "quantity"
            )
        }
        guard let discount = DealLine.whole(line["discount"], by: 100), (0...DealLine.shares).contains(discount) else {
            throw ValueRefusal(
                "bad_discount",
                "Send a discount from 0 to 100, with at most two decimals.",
                "折扣须在 0 到 100 之间，最多两位小数。",
                path: "discount"
            )
        }
        self.quantity = quantity
        share = DealLine.shares - discount
    }

    /// A decimal number as so many whole parts; nil where it has finer ones, or is out of all bounds.
    private static func whole(_ value: JSONValue?, by parts: Double) -> Int64? {
        let number: Double? =
            switch value {
            case .integer(let number)?: Double(number)
            case .number(let number)?: number
            default: nil
            }
        guard let number, number.magnitude <= largestQuantity else { return nil }
        let scaled = number * parts
        // Decimals such as 0.1 are not exact in binary, and are meant as they are written.
        guard (scaled - scaled.rounded()).magnitude < 0.000_1 else { return nil }
        return Int64(exactly: scaled.rounded())
    }

    /// The sum with this line, which is rounded half up by itself.
    func added(to sum: Int64) throws(ValueRefusal) -> Int64 {
        // 50, 40 and 14 bits: their product has room in 127.
        let exact = Int128(price) * Int128(quantity) * Int128(share)
        let unit = Int128(DealLine.quantities) * Int128(DealLine.shares)
        let total = (exact + unit / 2) / unit + Int128(sum)
        guard total <= Int128(Money.range.upperBound) else {
            throw ValueRefusal(
                "too_much",
                "The lines come to more than \(Money.range.upperBound).",
                "明细合计超过 \(Money.range.upperBound)。"
            )
        }
        return Int64(total)
    }
}

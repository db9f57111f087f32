import KoiJSON
import KoiSQLite

/// The facts of one customer, as the transaction sees them.
struct CustomerFacts {
    private static let day: Int64 = 86_400_000

    /// Nil for what there is not, such as the days since a purchase where none was made.
    private let values: [CustomerFact: Int64]
    let purchases: Int64
    let lastPurchaseAt: Int64?

    init(_ customer: Record, in transaction: Transaction) throws {
        // A contract ends with its last day; whether that has come is told by UTC, as the days of the other facts are.
        let today = CalendarDate(daysSince1970: transaction.now.flooredQuotient(CustomerFacts.day)).text
        let counted =
            try transaction.connection.first(
                CustomerFacts.sql,
                [.integer(customer.id), .text(today)]
            ) { Counted($0) } ?? Counted()
        purchases = counted.won
        lastPurchaseAt = counted.lastWon
        values = CustomerFacts.values(counted, customer["openComplaints"].integerValue ?? 0, transaction.now)
    }

    subscript(_ fact: CustomerFact) -> Int64? { values[fact] }

    /// A row of the query below.
    private struct Counted {
        var needs: Int64 = 0
        var open: Int64 = 0
        var won: Int64 = 0
        var contracts: Int64 = 0
        var firstWon: Int64?
        var lastWon: Int64?
        var lastMoved: Int64?
        var lastNeed: Int64?
        var lastHeard: Int64?
        var products: Int64 = 0
        var referrals: Int64 = 0

        init() {}

        init(_ row: Row) {
            needs = row.int(0)
            open = row.int(1)
            won = row.int(2)
            contracts = row.int(3)
            firstWon = row.intOrNil(4)
            lastWon = row.intOrNil(5)
            lastMoved = row.intOrNil(6)
            lastNeed = row.intOrNil(7)
            products = row.int(8)
            referrals = row.int(9)
            lastHeard = row.intOrNil(10)
        }
    }

    private static let sql = """
        SELECT
            (SELECT count(*) FROM needs
                WHERE customer = ?1 AND status IN ('open', 'matched') AND "removedAt" IS NULL),
            count(*) FILTER (WHERE d.state = 'open'),
            count(*) FILTER (WHERE d.state = 'won'),
            count(*) FILTER (WHERE d.state = 'won' AND (d."contractTo" IS NULL OR d."contractTo" >= ?2)),
            min(d."wonAt"), max(d."wonAt"), max(d."enteredStageAt"),
            (SELECT max("createdAt") FROM needs WHERE customer = ?1 AND "removedAt" IS NULL),
            (SELECT count(DISTINCT l.product) FROM deals AS w JOIN deal_lines AS l ON l.deal = w.id
                WHERE w.customer = ?1 AND w.state = 'won' AND w."removedAt" IS NULL),
            (SELECT count(*) FROM leads WHERE "referrerCustomer" = ?1 AND customer IS NULL AND "removedAt" IS NULL)
                + (SELECT count(*) FROM customers WHERE "referrerCustomer" = ?1 AND "removedAt" IS NULL),
            (SELECT max("happenedAt") FROM activities
                WHERE customer = ?1 AND direction = 'in' AND "removedAt" IS NULL)
        FROM deals AS d WHERE d.customer = ?1 AND d."removedAt" IS NULL
        """

    private static func values(_ counted: Counted, _ complaints: Int64, _ now: Int64) -> [CustomerFact: Int64] {
        func days(_ since: Int64?) -> Int64? { since.map { max(0, now - $0) / day } }
        let dealings = [counted.lastMoved, counted.lastNeed, counted.lastHeard].compactMap { $0 }
        let pairs: [(CustomerFact, Int64?)] = [
            (.openNeeds, counted.needs), (.openDeals, counted.open), (.openInterests, counted.needs + counted.open),
            (.purchases, counted.won), (.products, counted.products), (.contracts, counted.contracts),
            (.referrals, counted.referrals), (.openComplaints, complaints),
            (.daysSinceFirstPurchase, days(counted.firstWon)), (.daysSincePurchase, days(counted.lastWon)),
            (.daysSilent, days(dealings.max())),
        ]
        return Dictionary(
            pairs.compactMap { fact, value in value.map { (fact, $0) } },
            uniquingKeysWith: { first, _ in first }
        )
    }
}

/// The day by the clocks of the company.
struct PoolDay {
    static let length: Int64 = 86_400_000

    /// Its first moment.
    let start: Int64
    /// Its number since 1970.
    let number: Int64

    init(_ transaction: Transaction) {
        let clocks = LocalTime(zone: transaction.catalog.settings.current.timeZone)
        number = clocks.parts(transaction.now).day
        start = clocks.time(day: number, rest: 0)
    }
}

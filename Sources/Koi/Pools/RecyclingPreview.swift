import KoiHTTP
import KoiJSON
import KoiSQLite

/// What a pool is about to take back, as the job would do it.
struct RecyclingPreview {
    private static let window: Int64 = 2_000
    /// The windows that one page looks through, however few records are found.
    private static let windows = 15

    private let pool: Record
    private let transaction: Transaction

    init(_ pool: Record, _ transaction: Transaction) {
        self.pool = pool
        self.transaction = transaction
    }

    /// A page of the records that the actor sees, by number.
    ///
    /// - Parameter days: how far ahead is looked.
    /// - Throws: `Problem` 409 where the filter of the pool cannot be used any more.
    func page(_ query: PageQuery, days: Int64) throws -> [UInt8] {
        guard let resource = pool["resource"].stringValue.flatMap({ transaction.catalog.resources[$0] }) else {
            return RecyclingPreview.answer([], next: nil)
        }
        guard try RecyclingWalk.filter(of: pool, resource, transaction) != nil else { throw RecyclingPreview.unusable }
        guard let walk = try RecyclingWalk(pool, transaction, visible: transaction.visibility(of: resource)) else {
            return RecyclingPreview.answer([], next: nil)
        }
        let time = transaction.now + days * PoolDay.length
        let last = try walk.last()
        var after = try query.position()?.id ?? 0
        var found: [RecyclingWalk.Candidate] = []
        for _ in 0..<RecyclingPreview.windows where after < last && found.count <= query.limit {
            found += try walk.candidates(after: after, window: RecyclingPreview.window, by: time)
            after += RecyclingPreview.window
        }
        let page = found.prefix(query.limit)
        let end = found.count > query.limit ? page.last?.record : after < last ? after : nil
        let next = end.map { query.cursor(after: $0) }
        return RecyclingPreview.answer(page.map(json), next: next)
    }

    private func json(_ candidate: RecyclingWalk.Candidate) -> JSONValue {
        [
            "record": .integer(candidate.record), "owner": .integer(candidate.owner),
            "rule": .string(candidate.rule.reason), "dueAt": .string(Timestamp.text(candidate.due)),
            "warnedAt": candidate.warning.map { .string(Timestamp.text($0)) } ?? .null,
            "takenAt": .string(Timestamp.text(candidate.takenAt)),
        ]
    }

    private static let unusable = Problem(
        .conflict,
        "filter_unusable",
        Text("This pool takes nothing back: its filter cannot be used any more.", "此公海不会回收任何记录：其筛选条件已无法使用。"),
        issues: [
            ValueRefusal(
                "bad_parameter",
                "Send another filter: what this one asks for is not there any more.",
                "请更换筛选条件：其所用的字段已不存在。"
            ).issue(field: "filter")
        ]
    )

    private static func answer(_ items: [JSONValue], next: String?) -> [UInt8] {
        let answer: JSONValue = ["items": .array(items), "next": next.map(JSONValue.string) ?? .null]
        return Array(answer.text.utf8)
    }
}

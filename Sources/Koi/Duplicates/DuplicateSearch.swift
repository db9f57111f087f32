import KoiJSON

/// Looks for records of the same thing among those that the actor sees.
///
/// The index of search leads to candidates, a bounded number for each thing that two may have in common; what they have in
/// common is then told from their values. So it costs a few searches, however many records there are, and writing costs
/// nothing.
struct DuplicateSearch {
    /// Candidates for each thing that two may have in common.
    private static let maximumCandidates = 60
    /// Things that are looked for at most: a field can hold several telephone numbers.
    private static let maximumQueries = 20
    static let maximumFound = 50

    private let resource: Resource
    private let transaction: Transaction

    init(_ resource: Resource, _ transaction: Transaction) {
        self.resource = resource
        self.transaction = transaction
    }

    /// The likeliest first.
    ///
    /// - Throws: `Problem.notFound` where the actor does not see the record.
    func find(of id: Int64) throws -> [Duplicate] {
        // What is held back from the actor must not be told by what is alike.
        let held = transaction.actor.access.restrictions(of: resource.name)
        let sees: (Field) -> Bool = { held.reading($0.name) == .clear }
        let own = DuplicateTraits(try RecordService(resource, transaction).find(id), where: sees)
        let distinct = try DistinctPairs(resource, transaction).others(than: id)
        let others = try candidates(own, besides: id).filter { !distinct.contains($0.id) }.map {
            ($0.id, DuplicateTraits($0, where: sees))
        }
        var counts: [String: Int] = [:]
        for other in others { for stem in Set(other.1.stems.map(\.text)) { counts[stem, default: 0] += 1 } }
        let found = others.map { other in
            Duplicate(of: other.0, own, other.1) { (counts[$0] ?? 0) >= Duplicate.common }
        }
        let likely = found.filter { $0.score >= Duplicate.lowestScore }
            .sorted { ($1.score, $0.record) < ($0.score, $1.record) }
        return Array(likely.prefix(Self.maximumFound))
    }

    private func candidates(_ own: DuplicateTraits, besides id: Int64) throws -> [Record] {
        let search = RecordSearch(resource, transaction)
        var found: Set<Int64> = []
        for query in own.queries.prefix(Self.maximumQueries) {
            let hits = try search.hits(query, ListQuery(), after: nil, limit: Self.maximumCandidates).hits
            found.formUnion(hits.prefix(Self.maximumCandidates).map(\.id))
        }
        found.remove(id)
        let store = RecordStore(resource, transaction.connection)
        let visibility = transaction.visibility(of: resource)
        return try found.sorted().compactMap { try store.find($0, visibility) }
    }
}

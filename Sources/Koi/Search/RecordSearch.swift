import KoiJSON
import KoiSQLite

/// Finds records of one resource by words: exact matches first, then those that begin with the words, then those that
/// contain them; within each the newest first.
///
/// Where the index has few candidates in all, they are read at once and ranked. Else one kind of match after the other
/// is read, newest first, each a bounded number of candidates; where there were more, the answer says so. So a word that
/// everybody has costs no more than another.
package struct RecordSearch {
    /// The candidates that one tier reads for one page.
    static let maximumCandidates = 2_000
    /// Up to so many candidates are read at once.
    static let fewCandidates = 128
    /// Up to so many users the look-up is narrowed to their records within the index.
    static let maximumUsers = 64

    private let resource: Resource
    private let transaction: Transaction
    private let visibility: Visibility

    /// - Parameter verb: for what the records are read, which says how far that may reach.
    package init(_ resource: Resource, _ transaction: Transaction, for verb: Verb = .read) {
        self.resource = resource
        self.transaction = transaction
        visibility = transaction.visibility(of: resource, verb)
    }

    /// A page of hits as a list answer; each item has a member `match` beside its fields.
    package func list(_ text: String, _ query: ListQuery) throws -> [UInt8] {
        let start = try query.cursor.map {
            try Cursor.decode($0, query: query.mark.value, keys: 1)
        }
        let found = try hits(text, query, after: start, limit: query.limit)
        var json = JSONWriter(capacity: 16_384)
        json.beginObject()
        json.key("items")
        json.beginArray()
        for hit in found.hits {
            hit.json.withUnsafeBufferPointer { json.raw($0) }
            noteSeen(hit)
        }
        json.endArray()
        json.key("next")
        if let next = found.next {
            json.string(Cursor.encode(next, query: query.mark.value))
        } else {
            json.null()
        }
        json.key("partial")
        json.bool(found.isPartial)
        json.endObject()
        return json.bytes
    }

    /// Notes what the answer shows of a hit that is held back from others.
    func noteSeen(_ hit: SearchPage.Hit) {
        if !hit.watched.isEmpty { transaction.saw(hit.watched, of: hit.id, resource.name) }
    }

    /// - Parameter start: the tier, as the position's only value, and the record after which to go on.
    func hits(
        _ text: String,
        _ query: ListQuery,
        after start: Position?,
        limit: Int
    ) throws -> SearchPage {
        guard let search = SearchQuery(text) else { return SearchPage(limit: limit) }
        let candidates = SearchCandidates(resource, transaction, query, visibility)
        if let all = try candidates.all(of: search) {
            return SearchPage(limit: limit, ranking: all, after: start)
        }
        var page = SearchPage(limit: limit)
        var (first, before): (Int, Int64?) = (0, nil)
        if let start, case .integer(let tier)? = start.values.first {
            (first, before) = (Int(clamping: tier), start.id)
        }
        for tier in search.tiers where tier.kind.rawValue >= first {
            try candidates.read(tier, search, before: before, into: &page)
            if page.isFull { break }
            before = nil
        }
        return page
    }
}

/// What a search found so far.
struct SearchPage {
    struct Hit {
        let id: Int64
        /// Among which kind of matches it stands: its own, but for a better one that only a worse tier has found.
        let rank: SearchMatch.Kind
        let match: SearchMatch
        let createdAt: Int64
        let json: [UInt8]
        /// The fields in it that are held back from others.
        let watched: Set<String>

        /// Better matches first, then the newest.
        func comes(before other: Hit) -> Bool {
            rank != other.rank ? rank < other.rank : id > other.id
        }

        func comes(after position: Position) -> Bool {
            guard case .integer(let tier)? = position.values.first else { return true }
            let own = Int64(rank.rawValue)
            return own != tier ? own > tier : id < position.id
        }
    }

    let limit: Int
    var hits: [Hit] = []
    /// Where the next page begins.
    var next: Position?
    /// Whether a tier stopped reading before it had seen all candidates.
    var isPartial = false

    init(limit: Int) {
        self.limit = limit
    }

    /// The page of a search of which all hits are known.
    init(limit: Int, ranking all: [Hit], after start: Position?) {
        self.limit = limit
        for hit in all.sorted(by: { $0.comes(before: $1) }) where start.map(hit.comes) ?? true {
            guard add(hit) else { return }
        }
    }

    var isFull: Bool { next != nil }

    /// Adds a hit; false where the page is full, and the next one begins with it.
    mutating func add(_ hit: Hit) -> Bool {
        guard hits.count < limit else {
            next = hits.last.map { last in
                Position(values: [.integer(Int64(last.rank.rawValue))], id: last.id)
            }
            return false
        }
        hits.append(hit)
        return true
    }
}

/// Reads the candidates of a tier from the index, newest first, and keeps those that really match.
private struct SearchCandidates {
    private let resource: Resource
    private let transaction: Transaction
    private let encoder: RecordEncoder
    private let searched: [Field]
    private let select: SQLFragment
    /// The full-text table, quoted.
    private let table: String
    private let userTerms: [String]?
    private let reading: Reading

    init(
        _ resource: Resource,
        _ transaction: Transaction,
        _ query: ListQuery,
        _ visibility: Visibility
    ) {
        self.resource = resource
        self.transaction = transaction
        let access = transaction.actor.access
        encoder = access.encoder(of: resource, query.selection)
        // What is held back is not searched, or a search for parts of it would tell what it is.
        let held = access.restrictions(of: resource.name)
        searched = resource.declared.filter { $0.search != nil && held.reading($0.name) == .clear }
        reading = transaction.reading()
        let columns = (searched.map(\.name) + ["createdAt"]).map { "t." + Dialect.quoted($0) }
        var select = SQLFragment("SELECT \(encoder.selection), \(columns.joined(separator: ", ")), (1 = 1")
        for condition in query.conditions {
            select.append(" AND ")
            select.append(condition.fragment)
        }
        if let visible = visibility.condition {
            select.append(" AND ")
            select.append(visible)
        }
        table = Dialect.quoted(resource.name + "_search")
        select.append(
            """
            ) FROM \(table) AS s CROSS JOIN \(Dialect.quoted(resource.name)) AS t \
            ON t.id = s.rowid WHERE s.\(table) MATCH ?
            """
        )
        self.select = select
        userTerms = SearchCandidates.users(resource, query, visibility)?.sorted().map(SearchIndex.userTerm)
    }

    /// The users to whose records the look-up is narrowed within the index: those whom the actor reaches, or the owners that
    /// are asked for, whichever are fewer; nil where they are too many to look up.
    ///
    /// A narrower look-up by both would lose what is owned by the one and shared with the other.
    private static func users(
        _ resource: Resource,
        _ query: ListQuery,
        _ visibility: Visibility
    ) -> Set<Int64>? {
        guard let field = resource.ownerField else { return nil }
        let asked = query.conditions.compactMap { condition -> Set<Int64>? in
            guard case .field(let subject) = condition.subject, subject.name == field,
                case .anyOf(let values) = condition.test
            else { return nil }
            // No user has an id below one, and a minus sign would cut its term in two.
            return Set(values.compactMap { if case .integer(let id) = $0, id > 0 { id } else { nil } })
        }
        let fewest = (asked + (visibility.users(by: field).map { [$0] } ?? [])).min { $0.count < $1.count }
        return fewest.flatMap { $0.count <= RecordSearch.maximumUsers ? $0 : nil }
    }

    /// All hits, where the index has few candidates; nil where it has many.
    func all(of search: SearchQuery) throws -> [SearchPage.Hit]? {
        guard let everything = search.everything, let match = narrowed(everything) else { return nil }
        let count = try transaction.connection.first(
            """
            SELECT count(*) FROM (SELECT rowid FROM \(table) WHERE \(table) MATCH ? LIMIT ?)
            """,
            [.text(match), .integer(Int64(RecordSearch.fewCandidates + 1))]
        ) { $0.int(0) }
        guard let count, count <= RecordSearch.fewCandidates else { return nil }
        var hits: [SearchPage.Hit] = []
        try transaction.connection.query(select.sql, select.values + [.text(match)]) { row in
            if let hit = try hit(row, search) { hits.append(hit) }
        }
        return hits
    }

    /// Adds the hits of one tier, newest first.
    func read(
        _ tier: SearchQuery.Tier,
        _ search: SearchQuery,
        before: Int64?,
        into page: inout SearchPage
    ) throws {
        guard let match = narrowed(tier.match) else { return }
        var sql = select
        sql.append("", [.text(match)])
        if let before { sql.append(" AND s.rowid < ?", [.integer(before)]) }
        sql.append(" ORDER BY s.rowid DESC")
        var candidates = 0
        try transaction.connection.each(sql.sql, sql.values) { row in
            candidates += 1
            guard candidates <= RecordSearch.maximumCandidates else {
                page.isPartial = true
                return false
            }
            guard let hit = try hit(row, search, in: tier) else { return true }
            return page.add(hit)
        }
    }

    /// The expression for the records of these users alone; nil where there are none.
    private func narrowed(_ match: String) -> String? {
        guard let userTerms else { return match }
        guard !userTerms.isEmpty else { return nil }
        let users = userTerms.map { "\"" + $0 + "\"" }.joined(separator: " OR ")
        return "(" + match + ") AND (" + users + ")"
    }

    /// The hit in a row; nil where it is hidden, filtered out, or no match, or not one of the wanted kind.
    private func hit(
        _ row: Row,
        _ search: SearchQuery,
        in tier: SearchQuery.Tier? = nil
    ) throws -> SearchPage.Hit? {
        let first = encoder.columnCount
        guard row.bool(first + searched.count + 1) else { return nil }
        var texts: [FieldText] = []
        for (index, field) in searched.enumerated() {
            guard let kind = field.search, let value = row.textOrNil(first + index) else { continue }
            texts.append(FieldText(field: field.name, kind: kind, value: value))
        }
        guard let match = search.verify(texts),
            try tier.map({ try belongs(match, row.int(0), to: $0, of: search) }) ?? true
        else { return nil }
        var json = JSONWriter(capacity: 1_024)
        try encoder.write(row, into: &json, for: reading, isShown: false) { json in
            json.key("match")
            match.write(into: &json)
        }
        return SearchPage.Hit(
            id: row.int(0),
            rank: tier?.kind ?? match.kind,
            match: match,
            createdAt: row.int(first + searched.count),
            json: json.bytes,
            watched: encoder.watched
        )
    }

    /// Whether a match is taken in this tier: it is of the tier's kind, or it is a better one that no tier before has met.
    ///
    /// The second is so where a telephone number proves to be the one asked for though no token of both is the same.
    private func belongs(
        _ match: SearchMatch,
        _ id: Int64,
        to tier: SearchQuery.Tier,
        of search: SearchQuery
    ) throws -> Bool {
        if match.kind == tier.kind { return true }
        guard search.isNumber, match.kind < tier.kind else { return false }
        for earlier in search.tiers where earlier.kind < tier.kind {
            let met = try transaction.connection.first(
                "SELECT 1 FROM \(table) WHERE rowid = ? AND \(table) MATCH ?",
                [.integer(id), .text(earlier.match)]
            ) { _ in true }
            if met != nil { return false }
        }
        return true
    }
}

extension SearchMatch.Kind {
    /// As answers have it.
    var name: String {
        switch self {
        case .exact: "exact"
        case .prefix: "prefix"
        case .word: "word"
        }
    }
}

extension SearchMatch {
    /// Written as `{"kind": "prefix", "fields": ["name"]}`.
    func write(into json: inout JSONWriter) {
        json.beginObject()
        json.key("kind")
        json.string(kind.name)
        json.key("fields")
        json.beginArray()
        for field in fields { json.string(field) }
        json.endArray()
        json.endObject()
    }
}

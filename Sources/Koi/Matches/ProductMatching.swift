import KoiJSON
import KoiSQLite

/// Tells who looks after a need that a product fits it, by a task, once for each need and product.
///
/// Which needs and products are to be compared lies in a table, into which every change of one puts it; one job takes them from there.
/// So neither waits for the comparison, however many there are of the other.
enum ProductMatching {
    private static let name = "matchProducts"
    /// Of the others that are looked at in one go.
    private static let window: Int64 = 50
    /// A task is due so many milliseconds after it was made.
    private static let patience: Int64 = 7 * 86_400_000

    static let kind = JobKind(name, chunk: chunk)

    /// Has a need or a product compared with all others.
    static func compare(_ record: Record, in transaction: Transaction) throws {
        try transaction.connection.run(
            """
            INSERT INTO product_comparisons (resource, record, after) VALUES (?, ?, 0)
            ON CONFLICT (resource, record) DO UPDATE SET after = 0
            """,
            [.text(record.resource.name), .integer(record.id)]
        )
        // Of Koi itself, so that it goes on whoever leaves.
        let part = transaction.part(as: .system)
        try part.jobs.add(NewJob(name, name: name))
        transaction.absorb(part)
    }

    static func chunk(_ chunk: inout JobChunk) throws -> JobStep {
        let transaction = chunk.transaction
        while chunk.hasTime {
            let next = try transaction.connection.first(
                "SELECT resource, record, after FROM product_comparisons ORDER BY resource, record LIMIT 1"
            ) { (resource: $0.text(0), record: $0.int(1), after: $0.int(2)) }
            guard let next else { return .done(["matches": .integer(chunk.done)]) }
            let isProduct = next.resource == Product.resource.name
            let found =
                try isProduct
                ? wishes(for: next.record, after: next.after, transaction.connection)
                : offers(for: next.record, after: next.after, transaction.connection)
            for (wish, offer) in found.pairs { chunk.done += try match(wish, offer, transaction) ? 1 : 0 }
            try note(next.resource, next.record, found.last, transaction.connection)
        }
        return .more
    }

    private typealias Found = (pairs: [(ProductFit.Wish, ProductFit.Offer)], last: Int64?)

    /// The open needs that a product fits, of those behind a number.
    private static func wishes(for product: Int64, after: Int64, _ connection: Connection) throws -> Found {
        let offer = try connection.first(
            "SELECT \(ProductFit.Offer.columns) FROM products AS p WHERE p.id = ? AND \(ProductFit.Offer.isSold)",
            [.integer(product)],
            ProductFit.Offer.init
        )
        guard let offer else { return ([], nil) }
        let wishes = try connection.rows(
            """
            SELECT \(ProductFit.Wish.columns) FROM \(ProductFit.Wish.tables)
            WHERE n.id > ? AND \(ProductFit.Wish.isOpen) ORDER BY n.id LIMIT ?
            """,
            [.integer(after), .integer(window)],
            ProductFit.Wish.init
        )
        return (wishes.filter { ProductFit.fits(offer, $0) }.map { ($0, offer) }, wishes.last?.id)
    }

    /// The products that fit an open need, of those behind a number.
    private static func offers(for need: Int64, after: Int64, _ connection: Connection) throws -> Found {
        let wish = try ProductFit.Wish.open(need, connection)
        guard let wish else { return ([], nil) }
        let offers = try connection.rows(
            """
            SELECT \(ProductFit.Offer.columns) FROM products AS p
            WHERE p.id > ? AND \(ProductFit.Offer.isSold) ORDER BY p.id LIMIT ?
            """,
            [.integer(after), .integer(window)],
            ProductFit.Offer.init
        )
        return (offers.filter { ProductFit.fits($0, wish) }.map { (wish, $0) }, offers.last?.id)
    }

    /// Notes behind which number it goes on; none where all were looked at.
    private static func note(
        _ resource: String,
        _ record: Int64,
        _ last: Int64?,
        _ connection: Connection
    ) throws {
        let key: [SQLValue] = [.text(resource), .integer(record)]
        guard let last else {
            try connection.run("DELETE FROM product_comparisons WHERE resource = ? AND record = ?", key)
            return
        }
        try connection.run(
            "UPDATE product_comparisons SET after = ? WHERE resource = ? AND record = ?",
            [.integer(last)] + key
        )
    }

    // MARK: Tasks

    /// - Returns: whether they were not known to fit each other.
    private static func match(
        _ wish: ProductFit.Wish,
        _ offer: ProductFit.Offer,
        _ transaction: Transaction
    ) throws -> Bool {
        let isNew = try transaction.connection.run(
            "INSERT INTO need_matches (need, product, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [.integer(wish.id), .integer(offer.id), .integer(transaction.now)]
        )
        // When it was found, there may have been nobody to tell.
        let isToTell = try isNew > 0 || isUntold(wish, offer, transaction.connection)
        guard isToTell else { return false }
        guard let owner = try wish.owner.flatMap({ try active($0, transaction.connection) }) else { return isNew > 0 }
        let task = try addTask(wish, offer, owner, transaction)
        try transaction.connection.run(
            "UPDATE need_matches SET task = ? WHERE need = ? AND product = ?",
            [.integer(task), .integer(wish.id), .integer(offer.id)]
        )
        return isNew > 0
    }

    private static func isUntold(
        _ wish: ProductFit.Wish,
        _ offer: ProductFit.Offer,
        _ connection: Connection
    ) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM need_matches WHERE need = ? AND product = ? AND task IS NULL",
            [.integer(wish.id), .integer(offer.id)]
        ) { _ in true } ?? false
    }

    private static func active(_ user: Int64, _ connection: Connection) throws -> Int64? {
        try connection.first("SELECT id FROM users WHERE id = ? AND active = 1", [.integer(user)]) { $0.int(0) }
    }

    private static func addTask(
        _ wish: ProductFit.Wish,
        _ offer: ProductFit.Offer,
        _ owner: Int64,
        _ transaction: Transaction
    ) throws -> Int64 {
        let sentence = Text("Offer what fits a need: \(offer.name)", "推荐符合需求的产品：\(offer.name)")
        var record = Record(WorkTask.resource)
        record["name"] = .string(sentence(transaction.catalog.settings.current.language))
        record["customer"] = .integer(wish.customer)
        record["contact"] = wish.contact.map(JSONValue.integer) ?? .null
        record["owner"] = .integer(owner)
        record["due"] = .string(Timestamp.text(transaction.now + patience))
        record["cause"] = .string(WorkTask.Cause.productMatch.rawValue)
        return try RecordService(WorkTask.resource, transaction).add(made: record).id
    }
}

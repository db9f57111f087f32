import KoiJSON
import KoiSQLite

/// Whether a product is what somebody needs.
///
/// It is where the need names it; where the need names none, by its name, its code or one of its key words, which the need has in
/// it, however these are written. It costs no more than the budget, as far as both are known in one currency.
struct ProductFit {
    /// A product that is sold.
    struct Offer {
        let id: Int64
        let name: String
        fileprivate let words: [[Unicode.Scalar]]
        fileprivate let price: Int64?
        fileprivate let currency: String

        static let columns = "p.id, p.name, p.code, p.keywords, p.price, p.currency"
        static let isSold = "p.active = 1 AND p.\"removedAt\" IS NULL"

        init(_ row: Row) {
            id = row.int(0)
            name = row.text(1)
            words = ([row.text(1), row.text(2)] + ProductFit.texts(row.text(3))).compactMap(ProductFit.word)
            price = row.intOrNil(4)
            currency = row.text(5)
        }
    }

    /// A need that is open.
    struct Wish {
        let id: Int64
        let customer: Int64
        let contact: Int64?
        /// Who looks after it, or else after the customer.
        let owner: Int64?
        fileprivate let product: Int64?
        fileprivate let what: [Unicode.Scalar]
        fileprivate let budget: Int64?
        fileprivate let currency: String?

        static let columns = """
            n.id, n.customer, n.contact, coalesce(n.owner, c.owner), n.product, n.what, n.budget, n.currency
            """
        static let tables = "needs AS n JOIN customers AS c ON c.id = n.customer AND c.\"removedAt\" IS NULL"
        static let isOpen = "n.status = 'open' AND n.\"removedAt\" IS NULL"

        /// Nil where it is not open.
        static func open(_ need: Int64, _ connection: Connection) throws -> Wish? {
            let sql = "SELECT \(columns) FROM \(tables) WHERE n.id = ? AND \(isOpen)"
            return try connection.first(sql, [.integer(need)], Wish.init)
        }

        init(_ row: Row) {
            id = row.int(0)
            customer = row.int(1)
            contact = row.intOrNil(2)
            owner = row.intOrNil(3)
            product = row.intOrNil(4)
            what = TextFolding.scalars(of: row.text(5), limit: ProductFit.longestText)
            budget = row.intOrNil(6)
            currency = row.textOrNil(7)
        }
    }

    private static func texts(_ json: String) -> [String] {
        ((try? JSONReader.read(Array(json.utf8)))?.arrayValue ?? []).compactMap(\.stringValue)
    }

    private static let longestText = 2_000

    /// Words of a single letter would be in every text.
    private static func word(_ text: String) -> [Unicode.Scalar]? {
        let word = TextFolding.scalars(of: text, limit: longestText)
        return word.count > 1 ? word : nil
    }

    static func fits(_ offer: Offer, _ wish: Wish) -> Bool {
        if let price = offer.price, let budget = wish.budget, wish.currency == offer.currency, price > budget {
            return false
        }
        if let product = wish.product { return product == offer.id }
        return offer.words.contains { has(wish.what, $0) }
    }

    /// Whether a text has a word in it; a word in Latin letters not as a part of another.
    private static func has(_ text: [Unicode.Scalar], _ word: [Unicode.Scalar]) -> Bool {
        guard let first = word.first, let last = word.last, text.count >= word.count else { return false }
        for start in 0...(text.count - word.count) where text[start] == first {
            let end = start + word.count
            guard text[start..<end].elementsEqual(word) else { continue }
            let isCut =
                start > 0 && isLetter(first) && isLetter(text[start - 1])
                || end < text.count && isLetter(last) && isLetter(text[end])
            if !isCut { return true }
        }
        return false
    }

    /// Of a script whose words are written apart.
    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x2E80 && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
    }
}

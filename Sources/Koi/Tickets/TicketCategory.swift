import KoiJSON
import KoiSQLite

/// What tickets are about: a tree of the company's own.
package enum TicketCategory {
    package static let resource = Resource(
        "ticket-categories",
        singular: "ticketCategory",
        Text("ticket category", "工单分类"),
        plural: Text("ticket categories", "工单分类"),
        isMirrored: false,
        rules: TicketCategoryRules(),
        fields: [
            .text("name", "Name", "名称", max: 100).required().example("Poor quality"),
            .reference("parent", "Under", "上级分类", to: "ticket-categories"),
            .integer("position", "Position", "顺序", 0...10_000).fallback(0),
            .boolean("active", "Active", "启用").fallback(true)
                .noted("Tickets keep one that is not active, and are not given it any more.", "停用后不能再选，已有工单保留不变。"),
            .text("notes", "Notes", "备注", max: 2_000, .multiline).unsorted(),
        ]
    )

    /// How deep the tree may be.
    static let maximumDepth = 5
}

/// The tree of categories has no circles, is not too deep, and nothing goes that is used.
struct TicketCategoryRules: RecordRules {
    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        guard let parent = record["parent"].integerValue, record["parent"] != before?["parent"] else { return }
        let ancestors = try TreePath("ticket-categories", transaction.connection).upwards(from: parent)
        guard !ancestors.contains(record.id) else {
            return issues.append(TicketCategoryRules.circle.issue(field: "parent"))
        }
        let below = before == nil ? 0 : try height(of: record.id, transaction.connection)
        guard ancestors.count + 1 + below <= TicketCategory.maximumDepth else {
            return issues.append(TicketCategoryRules.tooDeep.issue(field: "parent"))
        }
    }

    /// How many levels there are below a category.
    private func height(of category: Int64, _ connection: Connection) throws -> Int {
        var level = [category]
        for depth in 0..<TicketCategory.maximumDepth {
            level = try level.flatMap { parent in
                try connection.rows("SELECT id FROM \"ticket-categories\" WHERE parent = ?", [.integer(parent)]) {
                    $0.int(0)
                }
            }
            if level.isEmpty { return depth }
        }
        return TicketCategory.maximumDepth
    }

    func removing(_ record: Record, in transaction: Transaction) throws {
        for table in ["tickets WHERE category", "\"ticket-categories\" WHERE \"removedAt\" IS NULL AND parent"] {
            let used = try transaction.connection.first(
                "SELECT 1 FROM \(table) = ? LIMIT 1",
                [.integer(record.id)]
            ) { _ in true }
            guard used == nil else { throw TicketCategoryRules.inUse }
        }
    }

    private static let inUse = Problem.conflict(
        "category_in_use",
        Text(
            "There are tickets of this category, or categories under it. Set active to false instead.",
            "仍有工单使用该分类，或其下仍有分类。请改为停用。"
        )
    )
    private static let circle = ValueRefusal("circle", "It lies below this category itself.", "该分类位于本分类之下。")
    private static let tooDeep = ValueRefusal(
        "too_deep",
        "The tree of categories has at most \(TicketCategory.maximumDepth) levels.",
        "分类最多 \(TicketCategory.maximumDepth) 级。"
    )
}

/// The way from a record to the top of the tree that its `parent` makes.
struct TreePath {
    /// More levels than any tree may have: what goes on for longer is a circle.
    private static let limit = 100

    private let table: String
    private let connection: Connection

    init(_ table: String, _ connection: Connection) {
        self.table = table
        self.connection = connection
    }

    /// The record and those above it.
    func upwards(from record: Int64) throws -> [Int64] {
        var path = [record]
        while path.count < TreePath.limit, let last = path.last {
            let sql = "SELECT parent FROM \(Dialect.quoted(table)) WHERE id = ?"
            guard let parent = try connection.first(sql, [.integer(last)], { $0.intOrNil(0) }) ?? nil,
                !path.contains(parent)
            else { break }
            path.append(parent)
        }
        return path
    }
}

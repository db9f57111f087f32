/// What a list asks for that takes neither filters nor an order: `limit` and `cursor`.
struct PageQuery {
    private(set) var limit = ListQuery.defaultLimit
    private var cursor: String?
    /// Marks the list, so that a cursor of another one is recognised.
    private var mark = Fingerprint()

    /// - Parameter list: what is listed, such as the path.
    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(_ parameters: [Parameter], of list: String) throws {
        mark.add(list)
        var seen: Set<String> = []
        for (name, value) in parameters {
            guard seen.insert(name).inserted else {
                throw Problem.badParameter(name, Text("Give this parameter once.", "此参数只能出现一次。"))
            }
            switch name {
            case "limit": limit = try ListQuery.limit(value)
            case "cursor": cursor = value
            default:
                throw Problem.badParameter(name, Text("This list takes limit and cursor.", "此列表只接受 limit 和 cursor。"))
            }
        }
    }

    /// After which row the page begins; nil for the first page.
    func position() throws -> Position? {
        try cursor.map { try Cursor.decode($0, query: mark.value, keys: 0) }
    }

    func cursor(after id: Int64) -> String {
        Cursor.encode(Position(values: [], id: id), query: mark.value)
    }
}

import KoiJSON
import KoiSQLite

/// What one person is told: a row of `notifications`.
struct Notification: Sendable, Equatable {
    let id: Int64
    let user: Int64
    /// A word that this version of Koi may not know.
    let kind: String
    let subject: EventSubject?
    /// Who caused it; nil for Koi itself.
    let maker: Int64?
    let parameters: JSONObject
    let createdAt: Int64
    let readAt: Int64?
}

extension Notification {
    /// The columns in the order in which `init(row)` reads them, of alias `n`.
    static let columns = """
        n.id, n."user", n.kind, n.resource, n.record, n."by", n.parameters, n."createdAt", n."readAt"
        """

    init(_ row: Row) {
        id = row.int(0)
        user = row.int(1)
        kind = row.text(2)
        subject = row.textOrNil(3).map { EventSubject(resource: $0, id: row.int(4)) }
        maker = row.intOrNil(5)
        parameters = (try? JSONReader.read(Array(row.text(6).utf8)))?.objectValue ?? [:]
        createdAt = row.int(7)
        readAt = row.intOrNil(8)
    }
}

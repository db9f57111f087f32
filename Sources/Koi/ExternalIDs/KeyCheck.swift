import KoiSQLite

/// Compares the keys of other systems that records show with those by which they are found.
enum KeyCheck {
    /// - Returns: what is wrong with the keys of a resource; nil where nothing is.
    static func fault(of resource: Resource, _ connection: Connection) throws -> String? {
        guard resource.takesExternalIDs else { return nil }
        let table = Dialect.quoted(resource.name)
        let elements = Dialect.elements(of: "t.\"\(SystemField.externalIDs.name)\"")
        let (system, key) = (Dialect.member("e.value", "system"), Dialect.member("e.value", "key"))
        let counts = try connection.first(
            """
            SELECT count(*), count(x.record), (SELECT count(*) FROM external_ids WHERE resource = ?)
            FROM \(table) AS t, \(elements) AS e
            LEFT JOIN external_ids AS x
                ON x.resource = ? AND x.system = \(system) AND x."key" = \(key) AND x.record = t.id
            """,
            [.text(resource.name), .text(resource.name)]
        ) { (shown: $0.int(0), found: $0.int(1), kept: $0.int(2)) }
        guard let counts, counts.shown != counts.found || counts.shown != counts.kept else { return nil }
        return """
            \(resource.name) show \(counts.shown) keys of other systems, of which \(counts.found) lead to them; \
            \(counts.kept) are kept
            """
    }
}

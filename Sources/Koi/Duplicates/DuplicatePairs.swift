import KoiSQLite

/// The rows of `duplicate_pairs` of one resource.
struct DuplicatePairs {
    private let resource: Resource
    private let connection: Connection

    init(_ resource: Resource, _ connection: Connection) {
        self.resource = resource
        self.connection = connection
    }

    /// - Parameter shared: by the number of the other record what both have.
    func add(_ id: Int64, _ shared: [Int64: [Duplicate.Reason.Kind]]) throws {
        for (other, kinds) in shared {
            try connection.run(
                """
                INSERT INTO duplicate_pairs (resource, low, high, score) VALUES (?, ?, ?, ?)
                ON CONFLICT (resource, low, high) DO UPDATE SET score = excluded.score
                """,
                [
                    .text(resource.name), .integer(min(id, other)), .integer(max(id, other)),
                    .integer(Duplicate.score(of: kinds)),
                ]
            )
        }
    }

    func remove(of id: Int64) throws {
        for column in ["low", "high"] {
            try connection.run(
                "DELETE FROM duplicate_pairs WHERE resource = ? AND \(column) = ?",
                [.text(resource.name), .integer(id)]
            )
        }
    }

    /// Brings the pairs among these records to what they should be, after a key of all of them began or ceased to tell something.
    func renew(among ids: [Int64]) throws {
        let numbers = ids.map(SQLValue.integer)
        let marks = Dialect.marks(numbers)
        try connection.run(
            "DELETE FROM duplicate_pairs WHERE resource = ? AND low IN (\(marks)) AND high IN (\(marks))",
            [.text(resource.name)] + numbers + numbers
        )
        let store = RecordStore(resource, connection)
        let keys = try ids.compactMap { id in
            try store.find(id, .all).map { (id: id, keys: DuplicateKey.all(of: $0)) }
        }
        let telling = try telling(keys.flatMap(\.keys))
        for (place, first) in keys.enumerated() {
            let own = first.keys.filter { telling.contains($0.alike) }
            guard !own.isEmpty else { continue }
            var shared: [Int64: [Duplicate.Reason.Kind]] = [:]
            for second in keys.dropFirst(place + 1) {
                for key in own {
                    guard let other = second.keys.first(where: { $0.alike == key.alike }) else { continue }
                    shared[second.id, default: []].append(key.kind(beside: other.mark))
                }
            }
            try add(first.id, shared)
        }
    }

    /// What several of these keys are alike in, and not too many records.
    private func telling(_ keys: [DuplicateKey]) throws -> Set<ClosedRange<Int64>> {
        let groups = Dictionary(grouping: keys, by: \.alike).values.filter { $0.count > 1 }.compactMap(\.first)
        var telling: Set<ClosedRange<Int64>> = []
        for start in stride(from: 0, to: groups.count, by: DuplicateKey.maximum) {
            let part = Array(groups[start...].prefix(DuplicateKey.maximum))
            for (key, holders) in zip(part, try DuplicateHolders(connection).find(of: part))
            where holders.count <= Duplicate.common {
                telling.insert(key.alike)
            }
        }
        return telling
    }
}

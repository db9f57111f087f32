import KoiHTTP
import KoiSQLite

/// A record that was merged into another: its number goes on leading to that one.
enum MergedRecord {
    /// A chain of merges ends at a record that is none's loser: each loser lies in the bin, and cannot survive another.
    private static let longestChain = 1_000

    /// The record that one is now, be it that it is merged itself; nil where it was not merged.
    static func survivor(of id: Int64, _ resource: Resource, _ connection: Connection) throws -> Int64? {
        guard resource.isMergeable else { return nil }
        let store = MergeStore(connection)
        var survivor: Int64?
        for _ in 0..<longestChain {
            guard let merge = try store.active(ofLoser: survivor ?? id, resource.name) else { break }
            survivor = merge.survivor
        }
        return survivor
    }

    /// All that were merged into a record, directly or by way of others.
    static func losers(of id: Int64, _ resource: Resource, _ connection: Connection) throws -> [Int64] {
        guard resource.isMergeable else { return [] }
        let store = MergeStore(connection)
        var (open, found): ([Int64], [Int64]) = ([id], [])
        while let next = open.popLast(), found.count < longestChain {
            let losers = try store.active(ofSurvivor: next, resource.name).map(\.loser)
            found += losers
            open += losers
        }
        return found.sorted()
    }

    /// Sends whoever sees the survivor on to it.
    ///
    /// - Throws: `Problem` 308 where the record was merged and the actor sees into what.
    static func refer(_ id: Int64, _ resource: Resource, _ call: Call) throws {
        let transaction = try call.transaction()
        guard let survivor = try survivor(of: id, resource, transaction.connection) else { return }
        let visible = RecordSQL.exists(survivor, resource, transaction.visibility(of: resource))
        guard try transaction.connection.first(visible.sql, visible.values, { _ in true }) == true else { return }
        throw Problem.merged(resource, into: survivor, at: call.target(of: survivor, resource))
    }

    /// Sends on what is asked of a record in the bin that was merged: who it is about is the survivor now.
    ///
    /// - Throws: `Problem.notFound`, of which the route makes a 308 for whoever sees the survivor.
    static func requireSurvivor(_ record: Record, _ transaction: Transaction) throws {
        guard record.isRemoved, try survivor(of: record.id, record.resource, transaction.connection) != nil else {
            return
        }
        throw Problem.notFound(record.resource.label)
    }

    /// What was merged comes back by undoing that, and not out of the bin.
    static func refuseReturn(_ record: Record, _ transaction: Transaction) throws {
        guard record.resource.isMergeable,
            let merge = try MergeStore(transaction.connection).active(ofLoser: record.id, record.resource.name)
        else { return }
        throw Problem.conflict(
            "merged",
            Text(
                "This \(record.resource.label.en) was merged into \(merge.survivor). Undo that to have it back: DELETE /v1/merges/\(merge.id).",
                "此\(record.resource.label.zh)已并入 \(merge.survivor)。如需恢复请撤销合并：DELETE /v1/merges/\(merge.id)。"
            )
        )
    }
}

extension Call {
    /// The same target with another record in the place of the first `{id}`.
    fileprivate func target(of survivor: Int64, _ resource: Resource) -> String {
        let path = "/v1/\(resource.name)/\(survivor)"
        let rest = request.head.segments.dropFirst(3)
        // Decoded as they are, others could not stand in a path.
        guard
            rest.allSatisfy({
                $0.utf8.allSatisfy {
                    ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 == 0x2D || (0x30...0x39).contains($0)
                }
            })
        else { return path }
        return path + rest.map { "/" + $0 }.joined() + (request.head.query.map { "?" + $0 } ?? "")
    }
}

extension Problem {
    /// RFC 9110 §15.4.9: to be asked for at another place from now on, with the same method.
    fileprivate static func merged(_ resource: Resource, into survivor: Int64, at target: String) -> Problem {
        Problem(
            .permanentRedirect,
            "merged",
            Text(
                "This \(resource.label.en) was merged into number \(survivor).",
                "此\(resource.label.zh)已并入编号 \(survivor)。"
            ),
            fields: [("Location", target)]
        )
    }
}

extension Route {
    /// The same route for a resource of which two records can be one: the number of the one that went leads to the other.
    ///
    /// Nobody else pays for it, since only who would be told that there is no such record is looked after.
    func followingMerges(among resources: [Resource]) -> Route {
        guard permission == .records,
            let resource = resources.first(where: { resource in
                let path = "/v1/" + resource.name + "/{id}"
                return resource.isMergeable && (pattern == path || pattern.hasPrefix(path + "/"))
            })
        else { return self }
        return handled(by: { handler in
            { call in
                do {
                    return try handler(call)
                } catch let problem as Problem where problem.status == .notFound {
                    if let id = try? call.id() { try MergedRecord.refer(id, resource, call) }
                    throw problem
                }
            }
        })
    }
}

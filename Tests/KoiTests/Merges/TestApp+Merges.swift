import KoiHTTP
import KoiJSON

@testable import Koi

extension TestApp {
    @discardableResult
    func merge(
        _ loser: Int64,
        into survivor: Int64,
        of resource: String = "customers",
        _ fields: JSONValue = [:],
        key: String? = nil
    ) throws -> TestAnswer {
        try request(
            .post,
            "/v1/\(resource)/\(survivor)/merges",
            ["from": .integer(loser), "fields": fields],
            key: key
        )
    }

    @discardableResult
    func unmerge(_ merge: Int64, key: String? = nil) throws -> TestAnswer {
        try request(.delete, "/v1/merges/\(merge)", key: key)
    }

    /// A record without what changes with every write; null where there is no living one.
    func content(_ path: String) throws -> JSONValue {
        let found = try request(.get, path)
        guard found.status == .ok, let object = found.json.objectValue else { return .null }
        return .object(JSONObject(object.members.filter { !["version", "updatedAt"].contains($0.name) }))
    }
}

import Koi
import KoiJSON

/// Finds out which people, roles, teams and custom fields of a file are here already without it: they get its key and are left as
/// they are, at every run.
///
/// A file says what somebody may do elsewhere; what they may do here was decided here.
struct CompanyMeeting {
    static let kinds: Set<String> = ["users", "roles", "teams", "fields"]

    private let client: LocalClient
    private let rules: CompanyRules
    private let system: String
    private let own: String

    /// - Parameters:
    ///   - system: by which the file names its records.
    ///   - own: that of the company that takes it in.
    init(_ client: LocalClient, _ rules: CompanyRules, _ system: String, own: String) {
        self.client = client
        self.rules = rules
        self.system = system
        self.own = own
    }

    /// Marks what was here without the file.
    private var mark: String { system + "-met" }

    /// Whether what an operation is on was here already, and so is left as it is.
    func isMet(_ operation: JSONValue, _ kind: String) throws -> Bool {
        guard operation["method"] == "PUT", let key = rules.key(of: operation) else { return false }
        if let known = try items("/v1/\(kind)?externalIds=\(system):\(key)").first {
            return keys(known).contains { $0["system"]?.stringValue == mark }
        }
        guard let met = try candidate(operation, kind), let id = met["id"]?.integerValue else { return false }
        let added: [JSONValue] = [system, mark].map { ["system": .string($0), "key": .string(key)] }
        _ = try client.send("PATCH", "/v1/\(kind)/\(id)", ["externalIds": .array(keys(met) + added)])
        return true
    }

    private func candidate(_ operation: JSONValue, _ kind: String) throws -> JSONValue? {
        let body = operation["body"] ?? .null
        if let number = CompanyRules.number(operation, in: own),
            let found = try? client.get("/v1/\(kind)/\(number)"), isFree(found, kind)
        {
            return found
        }
        let names = CompanyMeeting.names(kind)
        let filter = names.compactMap { name in body[name]?.stringValue.map { "\(name)=" + PercentEncoding.encoded($0) }
        }
        guard filter.count == names.count else { return nil }
        return try items("/v1/\(kind)?" + filter.joined(separator: "&")).first { item in
            isFree(item, kind)
                && names.allSatisfy { item[$0]?.stringValue?.lowercased() == body[$0]?.stringValue?.lowercased() }
        }
    }

    /// By what two are the same.
    private static func names(_ kind: String) -> [String] {
        switch kind {
        case "users": ["email"]
        case "fields": ["resource", "key", "kind"]
        default: ["name"]
        }
    }

    /// Whether it is not another record of the file, nor a role that every Koi has.
    private func isFree(_ item: JSONValue, _ kind: String) -> Bool {
        let isBuiltIn = kind == "roles" && item["key"]?.stringValue != nil
        return !isBuiltIn && !keys(item).contains { $0["system"]?.stringValue == system }
    }

    private func items(_ target: String) throws -> [JSONValue] { try client.get(target)["items"]?.arrayValue ?? [] }

    private func keys(_ item: JSONValue) -> [JSONValue] { item["externalIds"]?.arrayValue ?? [] }
}

package import KoiJSON

/// What a line of a company's file may ask of the Koi that takes it in, and nothing else: files come from elsewhere, and are
/// carried out with all rights.
package struct CompanyRules: Sendable {
    /// Of the systems that stand for companies.
    static let prefix = "koi-"
    /// The settings that go from one Koi to another.
    static let settings: Set<String> = [
        "companyName", "language", "timeZone", "currency", "messagesPerDay", "messagesPerPerson", "messagesPeriod",
        "duplicates", "duplicateOwners", "staleAfter", "qualityWeights", "campaignCollisions", "campaignPeriod",
        "stageCriteria", "visitCadence", "ticketReopenDays", "ticketAcceptanceDays", "ticketCloseDays",
        "ticketSatisfaction", "ticketFollowUps",
    ]
    /// What every Koi brings along, under the same numbers everywhere; the administrator's role cannot be changed.
    static let brought: [String: ClosedRange<Int64>] = [
        Role.resource.name: Role.managerID...Role.viewerID, Pipeline.resource.name: 1...1, Stage.resource.name: 1...9,
        TicketCategory.resource.name: 1...9, TicketStatus.resource.name: 1...8, TicketTransition.resource.name: 1...30,
    ]
    /// What has records in such files; neither keys nor webhooks have, which let somebody in or send data out.
    private static let resources: Set<String> = [
        "fields", "roles", "teams", "calendars", "users", "products", "pipelines", "stages", "customers", "contacts",
        "campaigns", "leads", "needs", "deals", "target-profiles", "targets", "tasks", "activities", "templates",
        "views", "ticket-categories", "ticket-statuses", "ticket-transitions", "tickets", "ticket-assists",
    ]
    private static let members: Set<String> = ["id", "method", "path", "body"]

    private let system: String

    /// - Parameter system: by which the file names its records.
    /// - Returns: nil where it stands for no company.
    package init?(_ system: String) {
        guard system.hasPrefix(CompanyRules.prefix), CompanyRules.isPlain(system.dropFirst(CompanyRules.prefix.count))
        else {
            return nil
        }
        self.system = system
    }

    package func allows(_ line: JSONValue) -> Bool {
        guard let operations = line.arrayValue, !operations.isEmpty else { return false }
        // One thing on a line, and what it needs to find.
        return operations.allSatisfy(isAllowed) && operations.dropLast().allSatisfy { $0["method"] == "GET" }
    }

    private func isAllowed(_ operation: JSONValue) -> Bool {
        guard let members = operation.objectValue?.members,
            members.allSatisfy({ CompanyRules.members.contains($0.name) }),
            let path = operation["path"]?.stringValue
        else { return false }
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let steps = (parts.first ?? "").split(separator: "/", omittingEmptySubsequences: false)
        let query = parts.count > 1 ? String(parts[1]) : nil
        guard steps.count > 2, steps[0].isEmpty, steps[1] == "v1" else { return false }
        switch operation["method"]?.stringValue {
        case "PATCH": return query == nil && isChange(steps, operation["body"] ?? .null)
        case "PUT" where isKeyed(steps): return query == nil || query == DuplicateCheck.parameter + "=true"
        case "PUT": return query == nil && isPart(steps)
        case "GET": return isKeyed(steps) && query == "fields=id"
        default: return false
        }
    }

    /// Of the settings, or of what Koi brings along.
    private func isChange(_ steps: [Substring], _ body: JSONValue) -> Bool {
        if steps.count == 4 {
            return CompanyRules.brought[String(steps[2])].map { range in
                range.contains { String($0) == steps[3] }
            } ?? false
        }
        guard steps.count == 3, steps[2] == "settings", let members = body.objectValue?.members else { return false }
        return members.allSatisfy { CompanyRules.settings.contains($0.name) }
    }

    /// `/v1/customers/by/koi-…/17`.
    private func isKeyed(_ steps: [Substring]) -> Bool {
        steps.count == 6 && CompanyRules.resources.contains(String(steps[2])) && steps[3] == "by" && steps[4] == system
            && steps[5].utf8.allSatisfy { (0x30...0x39).contains($0) } && !steps[5].isEmpty
    }

    /// With whom a record is shared, or what somebody agreed to, of what an operation before has found.
    private func isPart(_ steps: [Substring]) -> Bool {
        guard steps.count > 5, CompanyRules.resources.contains(String(steps[2])), CompanyRules.isName(steps[3]) else {
            return false
        }
        return switch steps[4] {
        case "collaborators": steps.count == 6 && CompanyRules.isName(steps[5])
        case "consents": steps.count == 7 && CompanyRules.isPlain(steps[5]) && CompanyRules.isPlain(steps[6])
        default: false
        }
    }

    private static func isName(_ step: Substring) -> Bool {
        step.first == "$"
            && step.dropFirst().split(separator: "-", omittingEmptySubsequences: false).allSatisfy(isPlain)
    }

    /// ASCII letters and digits.
    private static func isPlain(_ step: Substring) -> Bool {
        !step.isEmpty
            && step.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            }
    }

    // MARK: Records that come back

    /// The operations with those on records that came from the Koi that takes them in aimed at these.
    ///
    /// - Parameter own: the system that stands for its company.
    package func aimed(_ operations: [JSONValue], at own: String) -> [JSONValue] {
        operations.map { operation in
            guard operation["method"] == "PUT", let number = CompanyRules.number(operation, in: own),
                let path = operation["path"]?.stringValue, let key = key(of: operation),
                var members = operation.objectValue, var body = operation["body"]?.objectValue
            else { return operation }
            let others = (body["externalIds"]?.arrayValue ?? []).filter { $0["system"]?.stringValue != own }
            body["externalIds"] = .array(others + [["system": .string(system), "key": .string(key)]])
            members["body"] = .object(body)
            let query = path.split(separator: "?", maxSplits: 1).dropFirst().map { "?" + $0 }.joined()
            let resource = path.split(separator: "/").dropFirst().first ?? ""
            members["path"] = .string("/v1/\(resource)/by/\(own)/\(number)\(query)")
            return .object(members)
        }
    }

    /// The number that a record has in the system of a company; nil where it came from elsewhere.
    package static func number(_ operation: JSONValue, in own: String) -> Int64? {
        let keys = operation["body"]?["externalIds"]?.arrayValue ?? []
        return keys.first { $0["system"]?.stringValue == own }?["key"]?.stringValue.flatMap(Digits.integer)
    }

    /// What the file calls the record of an operation.
    package func key(of operation: JSONValue) -> String? {
        let path = operation["path"]?.stringValue?.split(separator: "?", maxSplits: 1).first ?? ""
        let steps = path.split(separator: "/", omittingEmptySubsequences: false)
        return isKeyed(steps) ? String(steps[5]) : nil
    }
}

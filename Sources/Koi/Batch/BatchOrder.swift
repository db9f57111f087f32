import KoiJSON

/// What is asked for as a batch, read and checked as far as that can be done before anything of it is carried out.
struct BatchOrder {
    static let maximumOperations = 1_000

    /// Whether all is carried out or nothing.
    let isAtomic: Bool
    let operations: [BatchOperation]
    /// The operations to whose results others refer.
    let named: Set<String>

    /// - Throws: `Problem.invalid` naming each operation that is not as it should be.
    init(_ body: JSONObject) throws {
        var issues: [Problem.Issue] = []
        for member in body.members where member.name != "atomic" && member.name != "operations" {
            issues.append(
                ValueRefusal("unknown_field", "There is no such field here.", "此处没有这个字段。").issue(field: member.name)
            )
        }
        isAtomic = BatchOrder.flag(body["atomic"], &issues)
        operations = BatchOrder.operations(body["operations"], &issues)
        named = BatchOrder.checkReferences(operations, isComplete: issues.isEmpty, &issues)
        guard issues.isEmpty else { throw Problem.invalid(issues) }
    }

    private static func flag(_ value: JSONValue?, _ issues: inout [Problem.Issue]) -> Bool {
        guard let value, !value.isNull else { return false }
        if let flag = value.boolValue { return flag }
        issues.append(ValueRefusal("not_boolean", "Send true or false.", "请填写 true 或 false。").issue(field: "atomic"))
        return false
    }

    private static func operations(_ value: JSONValue?, _ issues: inout [Problem.Issue]) -> [BatchOperation] {
        guard let items = value?.arrayValue, (1...maximumOperations).contains(items.count) else {
            issues.append(
                ValueRefusal(
                    "bad_operations",
                    "Send a list of 1 to \(maximumOperations) operations.",
                    "请填写包含 1 到 \(maximumOperations) 个操作的列表。"
                ).issue(field: "operations")
            )
            return []
        }
        var operations: [BatchOperation] = []
        for (index, item) in items.enumerated() where issues.count < Problem.maximumIssues {
            do throws(ValueRefusal) {
                operations.append(try BatchOperation(item))
            } catch {
                issues.append(error.issue(field: "operations[\(index)]"))
            }
        }
        return operations
    }

    /// Each names an operation before its own, so that there is no circle.
    ///
    /// - Parameter isComplete: whether each operation could be read.
    private static func checkReferences(
        _ operations: [BatchOperation],
        isComplete: Bool,
        _ issues: inout [Problem.Issue]
    ) -> Set<String> {
        guard isComplete else { return [] }
        let all = Set(operations.compactMap(\.id))
        var before: Set<String> = []
        var named: Set<String> = []
        for (index, operation) in operations.enumerated() where issues.count < Problem.maximumIssues {
            for reference in operation.references {
                if let reference, before.contains(reference.operation) {
                    named.insert(reference.operation)
                    continue
                }
                issues.append(refusal(reference, among: all).issue(field: "operations[\(index)]"))
                break
            }
            if let id = operation.id, !before.insert(id).inserted {
                issues.append(repeated.issue(field: "operations[\(index)].id"))
            }
        }
        return named
    }

    private static func refusal(_ reference: BatchReference?, among all: Set<String>) -> ValueRefusal {
        guard let reference else { return unreadable }
        return all.contains(reference.operation)
            ? ValueRefusal(
                "later_ref",
                "\"\(reference.operation)\" comes no earlier than this operation; refer to what comes before.",
                "“\(reference.operation)”不在此操作之前，只能引用之前的操作。"
            )
            : ValueRefusal(
                "unknown_ref",
                "No operation has the id \"\(reference.operation)\".",
                "没有 id 为“\(reference.operation)”的操作。"
            )
    }

    private static let unreadable = ValueRefusal(
        "bad_ref",
        "Refer to an earlier operation by its id: {\"$ref\": \"acme\"}, {\"$ref\": \"acme.owner\"}, /v1/customers/$acme.",
        "请用 id 引用之前的操作，例如 {\"$ref\": \"acme\"}、{\"$ref\": \"acme.owner\"} 或 /v1/customers/$acme。"
    )
    private static let repeated = ValueRefusal("repeated", "Each id can stand once.", "每个 id 只能出现一次。")
}

import KoiSQLite

/// What a reader of the feed asks for.
struct ChangeQuery: Sendable {
    /// In seconds; a client that waits longer should ask again, since something between may give up before.
    static let longestWait: Int64 = 60

    /// Nil where nothing is said of where to begin.
    private(set) var after: LogPosition?
    private(set) var limit = ListQuery.defaultLimit
    /// How long to wait for something where there is nothing yet, in seconds.
    private(set) var wait: Int64 = 0
    private(set) var selection = ChangeSelection()

    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(_ parameters: [Parameter], _ resources: ResourceList) throws {
        var seen: Set<String> = []
        for (name, value) in parameters {
            guard seen.insert(name).inserted else {
                throw Problem.badParameter(name, Text("Give this parameter once.", "此参数只能出现一次。"))
            }
            switch name {
            case "after": after = try LogPosition(value, in: name)
            case "limit": limit = try ListQuery.limit(value)
            case "wait": wait = try ChangeQuery.wait(value)
            case "resource": selection.resources = try ChangeQuery.resources(value, resources)
            case "types": selection.types = try ChangeQuery.types(value, resources)
            default: throw ChangeQuery.unknown(name)
            }
        }
    }

    private static func wait(_ value: String) throws -> Int64 {
        guard let seconds = Digits.integer(value), (0...longestWait).contains(seconds) else {
            throw Problem.badParameter(
                "wait",
                Text(
                    "Give a whole number of seconds from 0 to \(longestWait).",
                    "请填写 0 到 \(longestWait) 之间的整数秒数。"
                )
            )
        }
        return seconds
    }

    private static func resources(_ value: String, _ known: ResourceList) throws -> Set<String> {
        let names = try parts(value, "resource")
        for name in names where known[name]?.isMirrored != true {
            throw Problem.badParameter("resource", Text("The feed has no \(name).", "变更流中没有 \(name)。"))
        }
        return Set(names)
    }

    /// Types of events: a resource's noun, a dot and what happened.
    private static func types(_ value: String, _ known: ResourceList) throws -> Set<String> {
        let types = try parts(value, "types")
        let nouns = Set(known.all.filter(\.isMirrored).map(\.singular))
        for type in types where !ChangeTypes.has(type, of: nouns) {
            throw Problem.badParameter(
                "types",
                Text(
                    "The feed has no events of the type \(type.prefix(100)).",
                    "变更流中没有类型为 \(type.prefix(100)) 的事件。"
                )
            )
        }
        return Set(types)
    }

    private static func parts(_ value: String, _ name: String) throws -> [String] {
        let parts = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= ListQuery.maximumValues else {
            throw Problem.badParameter(
                name,
                Text("Give at most \(ListQuery.maximumValues) values.", "最多 \(ListQuery.maximumValues) 个值。")
            )
        }
        return parts
    }

    private static func unknown(_ name: String) -> Problem {
        .badParameter(
            name,
            Text(
                "There is no such parameter. The feed takes after, limit, resource, types, wait.",
                "没有这个参数。变更流接受 after、limit、resource、types、wait。"
            )
        )
    }
}

/// Which changes of the feed are wanted; nil for all.
struct ChangeSelection: Sendable {
    var resources: Set<String>?
    var types: Set<String>?

    func takes(_ resource: String) -> Bool { resources?.contains(resource) ?? true }

    func takes(type: String) -> Bool { types?.contains(type) ?? true }

    /// The same for those that choose alike.
    var mark: UInt64 {
        var mark = Fingerprint()
        mark.add("changes")
        for names in [resources, types] {
            mark.add(names == nil ? "all" : "some")
            for name in (names ?? []).sorted() { mark.add(name) }
        }
        return mark.value
    }
}

import KoiJSON
import KoiSQLite

/// A role: what those who have it may do.
package enum Role {
    /// The key of the role that may do everything, always.
    static let administrator = "administrator"
    /// The ids of the roles that Koi brings along.
    package static let administratorID: Int64 = 1
    package static let managerID: Int64 = 2
    package static let salesID: Int64 = 3
    package static let serviceID: Int64 = 4
    package static let viewerID: Int64 = 5

    package static let resource = Resource(
        "roles",
        singular: "role",
        Text("role", "角色"),
        plural: Text("roles", "角色"),
        isMirrored: false,
        rules: RoleRules(),
        fields: [
            .text("key", "Key", "标识", max: 40, .key).readOnly()
                .noted("Set for the roles that Koi brings along.", "仅系统自带角色有值。"),
            .text("name", "Name", "名称", max: 100).required().example("Inside sales"),
            .text("note", "Note", "说明", max: 1_000, .multiline).unsorted(),
            Field("permissions", .object, Text("Rights", "权限"))
                .fallback(.object([:])).unfiltered()
                .noted(
                    "By resource or area (* for all other resources) and verb: none, own, team or all.",
                    "按对象或范围（* 表示其余对象）和操作设置：none、own、team 或 all。"
                )
                .example(["*": ["read": "own", "create": "own", "change": "own"], "users": ["read": "all"]]),
            Field("fields", .object, Text("Fields", "字段权限"))
                .fallback(.object([:])).unfiltered()
                .noted(
                    "By resource and field: \"read\" is clear, masked or hidden, \"write\" is true or false.",
                    "按对象和字段设置：read 为 clear、masked 或 hidden，write 为 true 或 false。"
                )
                .example(["contacts": ["mobile": ["read": "masked", "write": false]]]),
        ]
    )
}

/// Nobody gives what they do not have, and what a role says is what it does.
package struct RoleRules: RecordRules {
    package init() {}

    package func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        try transaction.rememberOrganisation()
        if let before { try refuseOwn(before, transaction) }
        if before?["key"] == .string(Role.administrator),
            record["permissions"] != before?["permissions"] || record["fields"] != before?["fields"]
        {
            throw Problem.conflict(
                "administrator_fixed",
                Text(
                    "The administrator may do everything, always. Make another role, and give it what it needs.",
                    "管理员始终拥有全部权限。请新建角色并设置所需权限。"
                )
            )
        }
        RoleCheck(transaction.catalog).check(record, before: before, &issues)
        guard issues.isEmpty else { return }
        if let before { try refuseExcess(before, transaction) }
        try refuseExcess(record, transaction)
    }

    private func refuseExcess(_ record: Record, _ transaction: Transaction) throws {
        try Role.refuseExcess(of: Role.grants(of: record), what: record["name"].stringValue ?? "", transaction)
    }

    package func removing(_ record: Record, in transaction: Transaction) throws {
        try transaction.rememberOrganisation()
        try refuseOwn(record, transaction)
        try refuseExcess(record, transaction)
        guard record["key"].isNull else {
            throw Problem.conflict(
                "role_fixed",
                Text("A role that Koi brings along stays. Change it, or leave it unused.", "系统自带角色不能删除，可以更改或不使用。")
            )
        }
        let holder = try transaction.connection.first(
            """
            SELECT 1 FROM users WHERE role = ?1
            UNION ALL SELECT 1 FROM keys WHERE role = ?1 AND "removedAt" IS NULL LIMIT 1
            """,
            [.integer(record.id)]
        ) { _ in true }
        guard holder == nil else {
            throw Problem.conflict(
                "role_in_use",
                Text("Users or keys have this role. Give them another first.", "仍有用户或密钥使用此角色，请先更换。")
            )
        }
    }

    package func saved(_ record: Record, before: Record?, in transaction: Transaction) throws {
        try Widening(transaction).refuse()
        try transaction.renewAccess()
    }

    /// Nobody changes the role that gives them their rights, not even to give some away by mistake.
    private func refuseOwn(_ record: Record, _ transaction: Transaction) throws {
        guard let user = transaction.actor.user, !record.isNew else { return }
        let own = try transaction.connection.first("SELECT role FROM users WHERE id = ?", [.integer(user)]) {
            $0.intOrNil(0)
        }
        guard own == .some(record.id) else { return }
        throw Problem.forbidden(
            "own_role",
            "You cannot change the role that you have yourself. Ask another administrator.",
            "不能更改自己所属的角色，请联系其他管理员。"
        )
    }
}

extension Record {
    fileprivate var isNew: Bool { id == 0 }
}

extension Role {
    static func grants(of role: Record) -> Grants {
        guard role["key"] != .string(administrator) else { return .full }
        return Grants(
            permissions: role["permissions"].objectValue ?? [:],
            fields: role["fields"].objectValue ?? [:]
        )
    }

    /// - Parameter what: the role, for the sentence.
    /// - Throws: `Problem` 403 where rights go beyond those of the actor.
    static func refuseExcess(of grants: Grants, what: String, _ transaction: Transaction) throws {
        let resources = transaction.catalog.resources.all
        let access = Access(grants: [grants], scopes: .all, user: nil, team: [], resources: resources)
        guard let excess = access.excess(over: transaction.actor.access, of: resources) else { return }
        throw Problem.forbidden(
            "wider_than_own",
            "The role \(what) may do more than you (\(excess)). Nobody can give or change what goes beyond their own rights.",
            "角色“\(what)”的权限超出您自己的权限（\(excess)），不能授予或更改。"
        )
    }

    /// The rights of a stored role; nothing for none.
    static func grants(of role: Int64?, _ transaction: Transaction) throws -> (name: String, grants: Grants) {
        guard let role,
            let record = try RecordStore(resource, transaction.connection).find(role, .all)
        else { return ("", .nothing) }
        return (record["name"].stringValue ?? "", grants(of: record))
    }
}

/// Whether the rights of a role are written as they should be, by the names that this Koi knows.
struct RoleCheck {
    private let resources: ResourceList
    private let customFields: CustomFields

    init(_ catalog: Catalog) {
        resources = catalog.resources
        customFields = catalog.customFields.current
    }

    /// - Parameter before: what stands there already is left alone: what it speaks of may have been removed since.
    func check(_ role: Record, before: Record?, _ issues: inout [Problem.Issue]) {
        let rights = before?["permissions"].objectValue ?? [:]
        let restrictions = before?["fields"].objectValue ?? [:]
        for entry in role["permissions"].objectValue?.members ?? [] where rights[entry.name] != entry.value {
            let place = "permissions." + entry.name
            guard let verbs = verbs(of: entry.name) else {
                issues.append(RoleCheck.noResource.issue(field: place))
                continue
            }
            guard let chosen = entry.value.objectValue else {
                issues.append(RoleCheck.noObject.issue(field: place))
                continue
            }
            for right in chosen.members { check(right, of: entry.name, verbs, place, &issues) }
        }
        for entry in role["fields"].objectValue?.members ?? [] where restrictions[entry.name] != entry.value {
            let place = "fields." + entry.name
            guard let resource = resources[entry.name] else {
                issues.append(RoleCheck.noResource.issue(field: place))
                continue
            }
            guard let fields = entry.value.objectValue else {
                issues.append(RoleCheck.noObject.issue(field: place))
                continue
            }
            let old = restrictions[entry.name]?.objectValue ?? [:]
            for field in fields.members where old[field.name] != field.value {
                check(field, of: resource, place, &issues)
            }
        }
    }

    private func verbs(of name: String) -> [Verb]? {
        if let area = Area(rawValue: name) { return area.verbs }
        return name == Grants.others || resources[name] != nil ? Verb.allCases : nil
    }

    private func check(
        _ right: JSONObject.Member,
        of name: String,
        _ verbs: [Verb],
        _ place: String,
        _ issues: inout [Problem.Issue]
    ) {
        guard Verb(rawValue: right.name).map(verbs.contains) ?? false else {
            let known = verbs.map(\.rawValue).joined(separator: ", ")
            let refusal = ValueRefusal("unknown_verb", "Choose from: \(known).", "可选：\(known)。")
            return issues.append(refusal.issue(field: place + "." + right.name))
        }
        guard let scope = right.value.stringValue.flatMap(Scope.init) else {
            let refusal = ValueRefusal("unknown_scope", "Choose from: none, own, team, all.", "可选：none、own、team、all。")
            return issues.append(refusal.issue(field: place + "." + right.name))
        }
        guard scope == .own || scope == .team, let resource = resources[name], resource.ownerField == nil else {
            return
        }
        let refusal = ValueRefusal(
            "no_owner",
            "\(name) have no owner: choose none or all.",
            "\(name) 没有负责人：请选 none 或 all。"
        )
        issues.append(refusal.issue(field: place + "." + right.name))
    }

    private func check(
        _ field: JSONObject.Member,
        of resource: Resource,
        _ place: String,
        _ issues: inout [Problem.Issue]
    ) {
        let place = place + "." + field.name
        guard let kind = kind(of: field.name, resource) else {
            let refusal = ValueRefusal("unknown_field", "There is no such field to hold back.", "没有可限制的此字段。")
            return issues.append(refusal.issue(field: place))
        }
        let members = field.value.objectValue?.members ?? []
        let isKnown = members.allSatisfy { member in
            switch member.name {
            case "read": ["clear", "masked", "hidden"].contains(member.value.stringValue)
            case "write": member.value.boolValue != nil
            default: false
            }
        }
        guard field.value.objectValue != nil, isKnown else {
            let refusal = ValueRefusal(
                "bad_restriction",
                "Send {\"read\": \"clear\", \"masked\" or \"hidden\", \"write\": true or false}.",
                "请填写 {\"read\": \"clear\"、\"masked\" 或 \"hidden\", \"write\": true 或 false}。"
            )
            return issues.append(refusal.issue(field: place))
        }
        guard FieldRestriction(field.value).reading == .masked, Mask(kind) == nil else { return }
        let refusal = ValueRefusal(
            "not_maskable",
            "Only texts can be masked; show this field or hide it.",
            "只有文本可以打码，请选择显示或隐藏此字段。"
        )
        issues.append(refusal.issue(field: place))
    }

    private func kind(of name: String, _ resource: Resource) -> FieldKind? {
        if let custom = customFields.field(name, of: resource) { return custom.kind }
        return resource.declared.first { $0.name == name }?.kind
    }

    private static let noResource = ValueRefusal(
        "unknown_resource",
        "There is no such resource or area. /v1/schema lists them.",
        "没有这个对象或范围。/v1/schema 列出了全部。"
    )
    private static let noObject = ValueRefusal("not_object", "Send an object.", "请填写对象。")
}

import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// Every resource, right and reach, in every way of asking, worked out from the table of routes and the field lists: a
/// resource that is added later is covered without a line here.
struct `Permission` {
    @Test(arguments: Routes.resources)
    func `lets everybody read what the role reaches, in every way of asking`(resource: Resource) throws {
        try read(resource, in: TestApp())
    }

    @Test(arguments: Routes.resources.filter { $0.changeableOwner != nil })
    func `lets a collaborator read what was shared, and no more, for as long as it is`(resource: Resource) throws {
        try share(resource, in: TestApp())
    }

    @Test(arguments: Routes.resources)
    func `lets nobody take away as a table what the role does not reach`(resource: Resource) throws {
        let koi = try TestApp()
        let cast = try Cast(koi)
        try Permission.populate(resource, cast, RecordMaker(koi))
        for scope in Scope.allCases {
            for rights in [[Verb.read: .all, .export: scope], [Verb.read: scope, .export: .all]] {
                try cast.give(Permission.rights(resource, rights))
                try ReadingWays(PermissionModel(cast, resource, rights)).table()
            }
        }
    }

    @Test(arguments: Routes.resources)
    func `lets nobody follow a reference to what the role does not reach`(resource: Resource) throws {
        try expand(resource, in: TestApp())
    }

    @Test(arguments: Routes.resources)
    func `lets everybody do what the role reaches, and leaves no trace of the rest`(resource: Resource) throws {
        try write(resource, in: TestApp())
    }

    @Test func `covers a resource that was added without a line for it`() throws {
        try read(Parcel.resource, in: Parcel.app())
        try expand(Customer.resource, in: Parcel.app())
        try share(Parcel.resource, in: Parcel.app())
        try write(Parcel.resource, in: Parcel.app())
    }

    @Test func `names the resource of which no record can be made`() throws {
        let strict = Resource(
            "parcels",
            singular: "parcel",
            Parcel.resource.label,
            plural: Parcel.resource.pluralLabel,
            owner: "carrier",
            rules: RefuseAll(),
            fields: Parcel.resource.declared
        )
        let koi = try TestApp(resources: Routes.resources + [strict], migrations: [Parcel.migration])
        let failure = #expect(throws: RecordMaker.Unmade.self) { try RecordMaker(koi).make(strict, owner: nil) }
        #expect(failure?.description.contains("parcel") == true)
    }
}

/// A resource that takes no label.
private struct RefuseAll: RecordRules {
    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        issues.append(ValueRefusal("strange", "Not this.", "不是这个。").issue(field: "label"))
    }
}

extension Permission {
    /// What a right of this reach is called in a role: a resource without owners takes own and team only by `*`.
    static func rights(
        _ resource: Resource,
        _ scopes: [Verb: Scope],
        others: Scope = .all,
        areas: [Area] = []
    ) -> [String: [Verb: Scope]] {
        let isNamed = resource.ownerField != nil || scopes.values.allSatisfy { $0 == .none || $0 == .all }
        var rights = isNamed ? ["*": [.read: others], resource.name: scopes] : ["*": scopes]
        // A right beside the records must not open them.
        for area in areas { rights[area.rawValue] = Dictionary(uniqueKeysWithValues: area.verbs.map { ($0, .all) }) }
        return rights
    }

    /// A record of everybody, once living and once in the bin.
    static func populate(_ resource: Resource, _ cast: Cast, _ maker: RecordMaker) throws {
        for owner in Cast.Owner.allCases {
            guard resource.ownerField != "id" else { return }
            _ = try maker.make(resource, owner: cast[owner])
            guard resource.operations.contains(.remove) else { continue }
            let removed = try maker.make(resource, owner: cast[owner])
            try cast.koi.app.perform { try RecordService(resource, $0).remove(removed) }
        }
    }

    func read(_ resource: Resource, in koi: TestApp) throws {
        let cast = try Cast(koi)
        try Permission.populate(resource, cast, RecordMaker(koi))
        for scope in Scope.allCases {
            let rights = [Verb.read: scope, .export: .all]
            try cast.give(Permission.rights(resource, rights, areas: [.events]))
            let ways = try ReadingWays(PermissionModel(cast, resource, rights))
            try ways.tryAll()
            try ways.events()
            try ways.timelines()
        }
    }

    func share(_ resource: Resource, in koi: TestApp) throws {
        let cast = try Cast(koi)
        let maker = try RecordMaker(koi)
        try Permission.populate(resource, cast, maker)
        let hour: Int64 = 3_600_000
        for scope in [Scope.own, .team] {
            try cast.give(Permission.rights(resource, [.read: scope, .export: .all]))
            let shared = try [Cast.Owner.stranger, .boss, .nobody].map { try maker.make(resource, owner: cast[$0]) }
            for id in shared {
                let answer = try koi.request(
                    .put,
                    "/v1/\(resource.name)/\(id)/collaborators/\(cast.subject)",
                    ["access": "read", "expiresAt": .string(Timestamp.text(koi.clock.now + hour))]
                )
                try #require(answer.status == .created, "\(answer.text)")
            }
            var model = PermissionModel(cast, resource, [.read: scope, .export: .all])
            model.shared = Set(shared)
            try ReadingWays(model).tryAll()
            koi.clock.advance(by: .milliseconds(hour))
            model.shared = []
            try ReadingWays(model).tryAll()
        }
    }

    func expand(_ resource: Resource, in koi: TestApp) throws {
        let cast = try Cast(koi)
        let maker = try RecordMaker(koi)
        try Permission.populate(resource, cast, maker)
        var holders: [(Resource, Field)] = []
        for holder in koi.app.catalog.resources.all {
            for field in holder.fields where field.expandsTo == resource.name {
                holders.append((holder, field))
                for record in try koi.everything(resource) {
                    let value: JSONValue =
                        field.links.map { [.object([$0.target: record["id"]])] } ?? record["id"]
                    _ = try maker.make(holder, owner: cast[.subject], with: [field.name: value])
                }
            }
        }
        for scope in Scope.allCases {
            try cast.give(Permission.rights(resource, [.read: scope]))
            let ways = try ReadingWays(PermissionModel(cast, resource, [.read: scope]))
            for (holder, field) in holders { try ways.expand(from: holder, field) }
        }
    }
}

extension Permission {
    func write(_ resource: Resource, in koi: TestApp) throws {
        let cast = try Cast(koi)
        let maker = try RecordMaker(koi)
        let below = Routes.all(of: koi.app.catalog.resources.all).filter { route in
            route.pattern.hasPrefix("/v1/\(resource.name)/{id}/") && !route.pattern.hasSuffix("/restoration")
        }
        func ways(_ rights: [Verb: Scope]) throws -> WritingWays {
            try cast.give(Permission.rights(resource, rights, areas: [.privacy]))
            return WritingWays(PermissionModel(cast, resource, rights), maker)
        }
        for scope in Scope.allCases {
            try ways([.read: .all, .change: scope]).change()
            try ways([.read: scope, .change: .all]).change()
            try ways([.read: .all, .remove: scope]).remove()
            try ways([.read: scope, .remove: .all]).remove()
            try ways([.read: .all, .remove: scope]).restore()
            try ways([.read: scope, .remove: .all]).restore()
            try ways([.read: .all, .create: scope]).create()
            try ways([.read: .own, .create: scope, .assign: .team]).create()
            try ways([.read: .all, .change: .all, .assign: scope]).assign()
            try ways([.read: .team, .change: .team, .assign: scope]).assign()
            try ways([.read: scope, .change: .all, .remove: .all, .export: .all, .assign: .all]).below(below)
        }
    }
}

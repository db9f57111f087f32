import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// Copies that are made of the feed alone have what the lists have, whatever happens and whoever reads.
struct `A copy made of the feed` {
    private struct Dice {
        var state: UInt64

        mutating func roll(_ sides: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(truncatingIfNeeded: state >> 33) % sides
        }
    }

    private static let resources = ["customers", "contacts", "users", "teams"]

    private func lists(_ koi: TestApp, _ key: String?) throws -> [String: [JSONValue]] {
        var lists: [String: [JSONValue]] = [:]
        for resource in Self.resources {
            let answer = try koi.request(.get, "/v1/\(resource)?limit=500", key: key)
            lists[resource] = answer.status == .ok ? answer.items : []
        }
        return lists
    }

    private func follow(_ mirror: inout Mirror, _ koi: TestApp, _ key: String?) throws {
        let resets = mirror.resets
        let page = 1 + Int((LogPosition(mirror.position)?.sequence ?? 0) % 7)
        try mirror.follow { try koi.request(.get, "/v1/changes?limit=\(page)&after=\($0)", key: key) }
        guard mirror.resets > resets else { return }
        // As from an export: the position first, then everything.
        let position = try koi.request(.get, "/v1/changes", key: key)["position"].stringValue ?? ""
        mirror.load(try lists(koi, key), at: position)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6])
    func `has what the lists have`(seed: UInt64) throws {
        let koi = try TestApp()
        var dice = Dice(state: seed)
        let teams = try (0..<3).map { try koi.make("teams", ["name": .string("Team \($0)")]) }
        let reach = ["own", "team", "all"]
        let people = try reach.map { scope in
            try koi.person(
                named: scope,
                [
                    "customers": ["read": .string(scope)], "contacts": ["read": .string(scope)],
                    "users": ["read": "all"],
                ],
                held: ["customers": ["phone": ["read": "masked"]]]
            )
        }
        for person in people { try koi.request(.patch, "/v1/users/\(person.id)", ["team": .integer(teams[0])]) }
        let keys: [String?] = [nil] + people.map(\.key)
        var mirrors = keys.map { _ in Mirror() }

        for step in 0..<150 {
            try act(koi, people, teams, &dice, step)
            // Some read after each step, some seldom.
            for index in mirrors.indices where step % (index * 3 + 1) == 0 || step == 149 {
                try follow(&mirrors[index], koi, keys[index])
            }
        }

        let types = try koi.eventTypes().filter { type in
            ["customer.", "contact.", "team."].contains(where: type.hasPrefix)
        }
        #expect(Set(types).allSatisfy { ChangeTypes.has($0, of: ["customer", "contact", "team"]) })
        for (index, key) in keys.enumerated() {
            let lists = try lists(koi, key)
            for resource in Self.resources {
                #expect(
                    mirrors[index].records(of: resource) == lists[resource],
                    "\(key ?? "administrator"): \(resource)"
                )
            }
            // And so has one that begins at the beginning.
            var late = Mirror()
            try follow(&late, koi, key)
            for resource in Self.resources {
                #expect(late.records(of: resource) == lists[resource], "late \(key ?? "administrator"): \(resource)")
            }
        }
    }

    private func act(
        _ koi: TestApp,
        _ people: [TestApp.Person],
        _ teams: [Int64],
        _ dice: inout Dice,
        _ step: Int
    ) throws {
        let resource = dice.roll(2) == 0 ? "customers" : "contacts"
        let id = 1 + dice.roll(12)
        let user = people[dice.roll(people.count)].id
        let path = "/v1/\(resource)/\(id)"
        let owner: JSONValue = dice.roll(3) == 0 ? .null : .integer(user)
        switch dice.roll(14) {
        case 0...3:
            var body: JSONObject = ["name": .string("Record \(step)"), "owner": owner]
            if resource == "customers" { body["phone"] = "023 6868 1234" }
            try koi.request(.post, "/v1/" + resource, .object(body))
        case 4, 5: try koi.request(.patch, path, ["notes": .string("Step \(step)")])
        case 6, 7: try koi.request(.patch, path, ["owner": owner])
        case 8: try koi.request(.put, path + "/collaborators/\(user)", ["access": "read"])
        case 9: try koi.request(.delete, path + "/collaborators/\(user)")
        case 10: try koi.request(.delete, path)
        case 11: try koi.request(.put, path + "/restoration")
        case 12:
            try koi.request(
                .post,
                path + "/erasure"
            )
        default:
            guard dice.roll(3) == 0 else { return }
            try koi.request(.patch, "/v1/users/\(user)", ["team": .integer(teams[dice.roll(teams.count)])])
        }
    }
}

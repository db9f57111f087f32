import KoiJSON
import KoiSQLite

/// The dozen people who work at the demo company, each in a team and with a role.
struct DemoStaff: Sendable {
    /// The ids of those who sell, by team.
    private let sellers: [DemoTeam: [Int64]]
    /// Who set Koi up, and is the first user.
    let administrator: Int64
    /// All who work there; not the one who left.
    private let active: [Int64]
    private let teams: [DemoTeam: Int64]
    /// By address.
    private var ids: [String: Int64] = [:]

    /// Adds them as users, and their teams.
    ///
    /// - Parameter isBeginning: whether the one who leaves in the course of the year is still there.
    init(_ users: RecordService, _ teams: RecordService, isBeginning: Bool) throws {
        let teamIDs = try DemoTeam.add(to: teams)
        self.teams = teamIDs
        var sellers: [DemoTeam: [Int64]] = [:]
        var active: [Int64] = []
        for person in DemoStaff.people {
            let team = person.team.flatMap { teamIDs[$0] }
            let id = try users.add(person.body(team: team, isActive: person.isActive || isBeginning)).id
            ids[person.address] = id
            if person.isActive { active.append(id) }
            if person.sells, let team = person.team { sellers[team, default: []].append(id) }
            if person.leads, let team { _ = try teams.change(team, ["lead": .integer(id)]) }
        }
        self.sellers = sellers
        self.active = active
        administrator = active.first ?? 0
    }

    /// Gives all who work there the same password.
    func letIn(with password: PasswordHash?, at now: Int64, _ connection: Connection) throws {
        guard let password else { return }
        let credentials = CredentialStore(connection)
        for id in active { try credentials.set(password, for: id, at: now) }
    }

    /// Who has this address before the @.
    subscript(_ address: String) -> Int64? { ids[address] }

    func team(_ team: DemoTeam) -> Int64? { teams[team] }

    /// Adds the one who comes in the course of the year.
    mutating func hire(_ users: RecordService) throws -> Int64 {
        let person = DemoStaff.newcomer
        let id = try users.add(person.body(team: person.team.flatMap { teams[$0] }, isActive: true)).id
        ids[person.address] = id
        return id
    }

    /// Those who work on leads and deals, the heads of their teams included.
    var salespeople: [Int64] {
        (DemoStaff.people + [DemoStaff.newcomer])
            .filter { [Role.salesID, Role.managerID].contains($0.role) }.compactMap { ids[$0.address] }
    }

    /// Who may overrule what Koi asks of a salesperson.
    func manager(of user: Int64) -> Int64? {
        ["emma.clarke", "daniel.reed"].contains { ids[$0] == user } ? ids["emma.clarke"] : ids["li.ming"]
    }

    /// Who looks after a customer of a place: now and then the head of sales, else one of the team that sells there, the
    /// first of it more often.
    func member(for place: DemoPlace, _ dice: inout DemoDice) -> Int64? {
        let isKeyAccount = place.language == .zh && dice.happens(10)
        let team = isKeyAccount ? .sales : DemoTeam.selling(in: place)
        guard let ids = sellers[team], !ids.isEmpty else { return nil }
        return dice.pickEarly(ids)
    }

    private struct Person {
        let name: String
        /// What stands before the @ of the address to sign in with.
        let address: String
        let role: Int64
        var team: DemoTeam?
        var leads = false
        var language = Language.zh
        var timeZone = "Asia/Shanghai"
        var isActive = true

        var sells: Bool { isActive && (role == Role.salesID || role == Role.managerID) }

        func body(team: Int64?, isActive: Bool) -> JSONObject {
            [
                "name": .string(name), "email": .string("\(address)@\(DemoStaff.domain)"),
                "role": .integer(role), "team": team.map { .integer($0) } ?? .null,
                "language": .string(language.rawValue), "timeZone": .string(timeZone),
                "active": .bool(isActive),
            ]
        }
    }

    private static let domain = "demo.example"

    /// The address of who set Koi up.
    static var administratorAddress: String { "\(founder.address)@\(domain)" }

    private static let founder = Person(name: "王芳", address: "wang.fang", role: Role.administratorID)

    private static let newcomer = Person(name: "吴昊", address: "wu.hao", role: Role.salesID, team: .east)

    private static let people = [
        founder,
        Person(name: "李明", address: "li.ming", role: Role.managerID, team: .sales, leads: true),
        Person(name: "张伟", address: "zhang.wei", role: Role.salesID, team: .east, leads: true),
        Person(name: "陈静", address: "chen.jing", role: Role.salesID, team: .east),
        Person(name: "刘洋", address: "liu.yang", role: Role.salesID, team: .southwest, leads: true),
        Person(name: "赵敏", address: "zhao.min", role: Role.salesID, team: .southwest),
        Person(name: "周涛", address: "zhou.tao", role: Role.serviceID, team: .service, leads: true),
        Person(name: "孙丽", address: "sun.li", role: Role.salesID, team: .east, isActive: false),
        Person(
            name: "Emma Clarke",
            address: "emma.clarke",
            role: Role.managerID,
            team: .international,
            leads: true,
            language: .en,
            timeZone: "Europe/London"
        ),
        Person(
            name: "Daniel Reed",
            address: "daniel.reed",
            role: Role.salesID,
            team: .international,
            language: .en,
            timeZone: "America/New_York"
        ),
        Person(
            name: "Sofia Keller",
            address: "sofia.keller",
            role: Role.serviceID,
            team: .service,
            language: .en,
            timeZone: "Europe/Berlin"
        ),
        Person(
            name: "Jack Turner",
            address: "jack.turner",
            role: Role.viewerID,
            language: .en,
            timeZone: "Australia/Sydney"
        ),
    ]
}

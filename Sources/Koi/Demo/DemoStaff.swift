import KoiJSON

/// The dozen people who work at the demo company.
struct DemoStaff: Sendable {
    /// The ids of the active ones by the language of the customers that they look after.
    private let members: [Language: [Int64]]
    /// Who set Koi up, and is the first user.
    let manager: Int64

    /// Adds them as users.
    init(_ users: RecordService) throws {
        var members: [Language: [Int64]] = [:]
        var ids: [Int64] = []
        for person in DemoStaff.people {
            let record = try users.add([
                "name": .string(person.name), "language": .string(person.language.rawValue),
                "timeZone": .string(person.timeZone), "active": .bool(person.isActive),
            ])
            ids.append(record.id)
            if person.isActive { members[person.language, default: []].append(record.id) }
        }
        self.members = members
        manager = ids.first ?? 0
    }

    /// Someone who looks after customers of a language; the first have more of them.
    func member(for language: Language, _ dice: inout DemoDice) -> Int64? {
        guard let ids = members[language], !ids.isEmpty else { return nil }
        return dice.pickEarly(ids)
    }

    private struct Person {
        let name: String
        let language: Language
        var timeZone = "Asia/Shanghai"
        var isActive = true
    }

    private static let people = [
        Person(name: "王芳", language: .zh),
        Person(name: "李明", language: .zh),
        Person(name: "张伟", language: .zh),
        Person(name: "陈静", language: .zh),
        Person(name: "刘洋", language: .zh),
        Person(name: "赵敏", language: .zh),
        Person(name: "周涛", language: .zh),
        Person(name: "孙丽", language: .zh, isActive: false),
        Person(name: "Emma Clarke", language: .en, timeZone: "Europe/London"),
        Person(name: "Daniel Reed", language: .en, timeZone: "America/New_York"),
        Person(name: "Sofia Keller", language: .en, timeZone: "Europe/Berlin"),
        Person(name: "Jack Turner", language: .en, timeZone: "Australia/Sydney"),
    ]
}

import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// After any sequence of merges and of their undoings, records and links are as before.
struct `Any sequence of merges` {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `leaves all as it was once each is undone`(seed: UInt64) throws {
        var world = try World(seed: seed)
        let before = try world.all()
        for _ in 0..<120 { try world.step() }
        try world.undoAll()
        #expect(try world.all() == before)
        #expect(try world.koi.app.check() == [])
        #expect(try world.replay() == [])
    }
}

/// Customers and contacts that are merged and unmerged at random, with the same dice each time.
private struct World {
    let koi: TestApp
    private var state: UInt64
    private var open: [Int64] = []
    private let paths: [String]

    init(seed: UInt64) throws {
        state = seed
        koi = try TestApp()
        var paths: [String] = []
        for number in 1...6 {
            let id = try koi.make(
                "customers",
                [
                    "name": .string("C\(number)"), "tags": [.string("t\(number % 3)"), .string("u\(number)")],
                    "region": number % 2 == 0 ? .string("r\(number)") : nil,
                    "industry": number % 3 == 0 ? .string("i\(number)") : nil,
                    "externalIds": [["system": "erp", "key": .string("K\(number)")]],
                    "notes": number % 2 == 1 ? .string("n\(number)") : nil,
                ]
            )
            paths.append("/v1/customers/\(id)")
        }
        for number in 1...8 {
            let first = Int64(number % 6 + 1)
            let second = Int64((number * 3) % 6 + 1)
            var links: [JSONValue] = [["customer": .integer(first), "main": .bool(number <= 6)]]
            if second != first { links.append(["customer": .integer(second), "role": .string("x\(number % 2)")]) }
            let id = try koi.make(
                "contacts",
                [
                    "name": .string("P\(number)"), "customers": .array(links),
                    "title": number % 2 == 0 ? .string("t\(number)") : nil,
                ]
            )
            paths.append("/v1/contacts/\(id)")
        }
        for number in 1...6 {
            for (channel, sides) in [("mail", 2), ("sms", 3)] where number % sides == 0 {
                let state: JSONValue = number % 4 == 0 ? "withdrawn" : "given"
                let path = "/v1/customers/\(number)/consents/\(channel)/marketing"
                let at = JSONValue.string(Timestamp.text(koi.clock.now - Int64(number) * 1_000))
                let said = try koi.request(.put, path, ["state": state, "source": .string("s\(number)"), "at": at])
                try #require(said.status == .ok, "\(said.text)")
            }
        }
        for (resource, filter) in [
            ("contacts", ["customer": "1,2,3"]), ("contacts", ["customer.not": "4", "name": "4"]),
            ("customers", ["id": "5,2,6"]), ("contacts", ["id": 3]),
        ] as [(JSONValue, JSONValue)] {
            let view = try koi.make("views", ["resource": resource, "name": "V", "filter": filter])
            paths.append("/v1/views/\(view)")
        }
        self.paths = paths
    }

    func all() throws -> [JSONValue] {
        let consents = try (1...6).map { try koi.request(.get, "/v1/customers/\($0)/consents")["items"] }
        return try paths.map(koi.content) + consents
    }

    /// SplitMix64.
    private mutating func roll(_ sides: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ (mixed >> 31)) % UInt64(sides))
    }

    mutating func step() throws {
        if !open.isEmpty, roll(5) < 2 { return try undo(at: roll(open.count)) }
        let resource = roll(2) == 0 ? "customers" : "contacts"
        let count = resource == "customers" ? 6 : 8
        let (survivor, loser) = (Int64(roll(count) + 1), Int64(roll(count) + 1))
        let choices = ["survivor", "loser"]
        let answer = try koi.merge(
            loser,
            into: survivor,
            of: resource,
            resource == "customers"
                ? ["region": .string(choices[roll(2)]), "tags": .string((choices + ["both"])[roll(3)])]
                : ["title": .string(choices[roll(2)])]
        )
        switch answer.status {
        case .created: open.append(try #require(answer["id"].integerValue))
        // One of the two is another already, or both are the same.
        case .permanentRedirect, .unprocessableContent: break
        default: Issue.record("\(answer.text)")
        }
    }

    private mutating func undo(at place: Int) throws {
        let answer = try koi.unmerge(open[place])
        if answer.status == .noContent {
            open.remove(at: place)
        } else {
            #expect(answer.code == "merged_further", "\(answer.text)")
        }
    }

    /// Later ones may stand in the way of earlier ones, and never the other way round.
    mutating func undoAll() throws {
        while let last = open.popLast() {
            let answer = try koi.unmerge(last)
            #expect(answer.status == .noContent, "\(answer.text)")
        }
    }

    /// Who reads nothing but the events knows of every record whether it is there.
    func replay() throws -> [String] {
        var faults: [String] = []
        for resource in ["customers", "contacts"] {
            var living: Set<Int64> = []
            for event in try koi.events(of: resource) {
                switch event.type.split(separator: ".").last {
                case "created", "restored":
                    living.insert(event.record)
                case "unmerged":
                    if !living.insert(event.record).inserted { faults.append("\(event)") }
                case "removed", "merged":
                    if living.remove(event.record) == nil { faults.append("\(event)") }
                default:
                    if !living.contains(event.record), event.type != "contact.changed" { faults.append("\(event)") }
                }
            }
            if living.count != (resource == "customers" ? 6 : 8) { faults.append("\(resource): \(living)") }
        }
        return faults
    }
}

import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

extension Office {
    func handOver(_ person: Person, _ body: JSONValue, by key: String? = nil) throws -> TestAnswer {
        try koi.request(.post, "/v1/users/\(person.id)/handover", body, key: key)
    }

    /// The owners of all customers or contacts by their numbers, those in the bin included.
    func owners(of table: String = "customers") throws -> [Int64: Int64] {
        try koi.app.perform { transaction in
            let rows = try transaction.connection.rows("SELECT id, owner FROM \"\(table)\"") { ($0.int(0), $0.int(1)) }
            return Dictionary(uniqueKeysWithValues: rows)
        }
    }
}

struct `A handover` {
    @Test func `gives what each rule claims to its successor, with reason and history`() throws {
        let office = try Office()
        let (anna, bo, cy) = (try office.person("Anna"), try office.person("Bo"), try office.person("Cy"))
        for (name, region) in [("A", "重庆"), ("B", "上海"), ("C", "重庆")] {
            try office.koi.request(
                .post,
                "/v1/customers",
                ["name": .string(name), "region": .string(region), "owner": .integer(anna.id)]
            )
        }
        try office.koi.request(.post, "/v1/contacts", ["name": "李明", "owner": .integer(anna.id)])
        try office.koi.request(.delete, "/v1/customers/3")
        let begun = try office.handOver(
            anna,
            [
                "successors": [
                    ["user": .integer(bo.id), "resource": "customers", "filter": ["region": "重庆"]],
                    ["user": .integer(cy.id)],
                ],
                "reason": "Anna leaves",
            ]
        )
        #expect(begun.status == .accepted)
        #expect(begun["total"] == 4)
        #expect(begun.fields["Location"] == "/v1/jobs/\(begun["id"].integerValue ?? 0)")
        try office.koi.worker(HandoverJob.kind).runDue()

        let job = try office.koi.request(.get, begun.fields["Location"] ?? "")
        #expect(job["state"] == "done")
        let resources = job["result"]["resources"].arrayValue ?? []
        #expect(
            Array(resources.prefix(2)) == [
                [
                    "resource": "customers",
                    "successors": [
                        ["user": .integer(bo.id), "count": 2, "examples": [1, 3]],
                        ["user": .integer(cy.id), "count": 1, "examples": [2]],
                    ],
                    "staying": ["count": 0, "examples": []],
                ],
                [
                    "resource": "contacts",
                    "successors": [["user": .integer(cy.id), "count": 1, "examples": [1]]],
                    "staying": ["count": 0, "examples": []],
                ],
            ]
        )
        // Whatever else people own, there is nothing of it.
        #expect(resources.dropFirst(2).allSatisfy { $0["staying"]["count"] == 0 && !$0.text.contains("\"count\":1") })
        #expect(job["result"]["failed"] == 0)
        #expect(job["result"]["failures"] == [])
        #expect(try office.owners() == [1: bo.id, 2: cy.id, 3: bo.id])
        #expect(try office.owners(of: "contacts") == [1: cy.id])
        let history = try office.koi.request(.get, "/v1/customers/1/owners").items
        #expect(history.map { $0["reason"] } == [nil, "Anna leaves"])
        #expect(history.last?["by"] == 1)
        #expect(try office.ids("q=a", for: bo.key) == [1])
        #expect(try office.koi.events(of: "customers").last?.payload["reason"] == "Anna leaves")
        #expect(try office.koi.events(of: "users").last?.type == "user.handover")
        #expect(try office.koi.app.check() == [])
    }

    @Test func `deals out what several claim alike, one after the other, each by its share`() throws {
        let office = try Office()
        let (anna, bo, cy) = (try office.person("Anna"), try office.person("Bo"), try office.person("Cy"))
        for number in 1...7 { try office.customer("A\(number)", of: anna) }
        _ = try office.handOver(
            anna,
            ["successors": [["user": .integer(bo.id), "share": 2], ["user": .integer(cy.id)]]]
        )
        try office.koi.worker(HandoverJob.kind(batch: 2)).runDue()
        let owners = try office.owners()
        #expect((1...7).map { owners[$0] } == [bo, bo, cy, bo, bo, cy, bo].map(\.id))
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `does what its preview says, whatever the rules, and however often Koi ends meanwhile`(seed: UInt64) throws {
        var dice = SplitMix(seed)
        let office = try Office()
        let anna = try office.person("Anna")
        let others = try (0..<3).map { try office.person("P\($0)") }
        let regions = ["重庆", "上海", "成都"]
        for number in 1...40 {
            for path in ["/v1/customers", "/v1/contacts"] where dice.next(below: 4) > 0 {
                var body: JSONObject = ["name": .string("A\(number)")]
                if path == "/v1/customers" { body["region"] = .string(regions[dice.next(below: 3)]) }
                body["owner"] = .integer(dice.next(below: 5) == 0 ? others[0].id : anna.id)
                let made = try office.koi.request(.post, path, .object(body))
                if dice.next(below: 5) == 0 { try office.koi.request(.delete, made.fields["Location"] ?? "") }
            }
        }
        let rules = (0...dice.next(below: 4)).map { _ -> JSONValue in
            var rule: JSONObject = ["user": .integer(others[dice.next(below: 3)].id)]
            if dice.next(below: 2) == 0 { rule["share"] = .integer(Int64(dice.next(below: 3) + 1)) }
            switch dice.next(below: 4) {
            case 0: rule["resource"] = "contacts"
            case 1:
                rule["resource"] = "customers"
                rule["filter"] = ["region": .string(regions[dice.next(below: 3)])]
            case 2:
                rule["resource"] = "customers"
                rule["filter"] = ["name.has": "1"]
            default: break
            }
            return .object(rule)
        }
        var body: JSONObject = ["successors": .array(rules), "preview": true]
        let preview = try office.handOver(anna, .object(body))
        #expect(preview.status == .ok)
        let names = (preview["resources"].arrayValue ?? []).compactMap { $0["resource"].stringValue }
        #expect(names.starts(with: ["customers", "contacts"]))
        let before = try Dictionary(uniqueKeysWithValues: names.map { ($0, try office.owners(of: $0)) })

        body["preview"] = false
        let begun = try office.handOver(anna, .object(body))
        for _ in 0..<5 { _ = try office.koi.worker(HandoverJob.kind(batch: 7)).pass() }
        try office.koi.worker(HandoverJob.kind(batch: 7)).runDue()
        let job = try office.koi.request(.get, begun.fields["Location"] ?? "")
        #expect(job["state"] == "done")
        #expect(job["done"] == begun["total"])
        #expect(job["result"]["failed"] == 0)
        #expect(job["result"]["resources"] == preview["resources"])

        for resource in preview["resources"].arrayValue ?? [] {
            let name = resource["resource"].stringValue ?? ""
            let after = try office.owners(of: name)
            let moved = after.filter { before[name]?[$0.key] == anna.id && $0.value != anna.id }
            for successor in resource["successors"].arrayValue ?? [] {
                let got = moved.filter { .integer($0.value) == successor["user"] }
                #expect(.integer(Int64(got.count)) == successor["count"])
                let examples = (successor["examples"].arrayValue ?? []).compactMap(\.integerValue)
                #expect(Set(examples).isSubset(of: got.keys) && examples.count == min(got.count, 5))
            }
            #expect(.integer(Int64(after.values.count { $0 == anna.id })) == resource["staying"]["count"])
            #expect(after.filter { before[name]?[$0.key] != anna.id } == before[name]?.filter { $0.value != anna.id })
        }
        #expect(try office.koi.app.check() == [])
    }

    @Test func `that is cancelled leaves the rest where it is`() throws {
        let office = try Office()
        let (anna, bo) = (try office.person("Anna"), try office.person("Bo"))
        for number in 1...5 { try office.customer("A\(number)", of: anna) }
        let order: JSONValue = ["successors": [["user": .integer(bo.id)]]]
        let begun = try office.handOver(anna, order)
        #expect(try office.handOver(anna, order).code == "handover_running")
        let worker = try office.koi.worker(HandoverJob.kind(batch: 2))
        _ = try worker.pass()
        try office.koi.request(.put, (begun.fields["Location"] ?? "") + "/cancellation")
        try worker.runDue()
        #expect(try office.koi.request(.get, begun.fields["Location"] ?? "")["state"] == "cancelled")
        let left = try office.owners().values.count { $0 == anna.id }
        #expect((1...4).contains(left))
        #expect(try office.handOver(anna, order).status == .accepted)
    }

    @Test func `stops where whoever asked for it loses the right`() throws {
        let office = try Office()
        let west = try office.team("West")
        let (anna, bo) = (try office.person("Anna", team: west), try office.person("Bo", team: west))
        let boss = try office.person("Boss", role: Office.manager, team: west)
        try office.customer("Acme", of: anna)
        let begun = try office.handOver(anna, ["successors": [["user": .integer(bo.id)]]], by: boss.key)
        #expect(begun.status == .accepted)
        try office.koi.request(.patch, "/v1/users/\(boss.id)", ["role": .integer(Office.viewer)])
        try office.koi.worker(HandoverJob.kind).runDue()
        let job = try office.koi.request(.get, begun.fields["Location"] ?? "")
        #expect(job["state"] == "failed")
        #expect(job["error"]["code"] == "not_permitted")
        #expect(try office.owners() == [1: anna.id])
    }

    @Test func `tells each successor once, and of no single record`() throws {
        let office = try Office()
        let (anna, bo, cy) = (try office.person("Anna"), try office.person("Bo"), try office.person("Cy"))
        for number in 1...5 { try office.customer("A\(number)", of: anna) }
        _ = try office.handOver(
            anna,
            ["successors": [["user": .integer(bo.id), "share": 2], ["user": .integer(cy.id)]]]
        )
        try office.koi.worker(HandoverJob.kind).runDue()
        func told(_ person: Office.Person) throws -> [JSONValue] {
            try office.koi.request(.get, "/v1/notifications", key: person.key).items.map { $0["text"] }
        }
        #expect(try told(bo) == ["Administrator handed records of Anna over to you: 4."])
        #expect(try told(cy) == ["Administrator handed records of Anna over to you: 1."])
    }

    @Test func `does no more than the key that asked for it, and nothing once that is revoked`() throws {
        for isRevoked in [false, true] {
            let office = try Office()
            let (anna, bo) = (try office.person("Anna"), try office.person("Bo"))
            try office.customer("Acme", of: anna)
            try office.koi.request(.post, "/v1/contacts", ["name": "李明", "owner": .integer(anna.id)])
            let key = try office.koi.request(
                .post,
                "/v1/keys",
                ["name": "Narrow", "scopes": ["users.*", "customers.*"]]
            )
            let begun = try office.handOver(
                anna,
                ["successors": [["user": .integer(bo.id)]]],
                by: key["key"].stringValue
            )
            #expect(begun.status == .accepted)
            if isRevoked { try office.koi.request(.delete, "/v1/keys/\(key["id"].text)") }
            try office.koi.worker(HandoverJob.kind).runDue()
            let job = try office.koi.request(.get, begun.fields["Location"] ?? "")
            #expect(job["state"] == (isRevoked ? "failed" : "done"))
            #expect(try office.owners() == [1: isRevoked ? anna.id : bo.id])
            #expect(try office.owners(of: "contacts") == [1: anna.id])
        }
    }

    @Test func `leaves what it was asked neither in the log nor in the job that ended`() throws {
        let office = try Office()
        let (anna, bo) = (try office.person("Anna"), try office.person("Bo"))
        try office.customer("Wang Fang", of: anna)
        let begun = try office.handOver(
            anna,
            [
                "successors": [
                    ["user": .integer(bo.id), "resource": "customers", "filter": ["name.has": "Wang Fang"]]
                ],
                "resources": ["customers"], "reason": "Anna is ill",
            ]
        )
        let id = begun["id"].integerValue ?? 0
        let event = try #require(try office.koi.events(of: "users").last)
        #expect(
            event.payload["after"] == [
                "successors": [
                    ["user": .integer(bo.id), "resource": "customers", "filter": ["name.has"], "share": 1]
                ],
                "resources": ["customers"], "job": .integer(id),
            ]
        )
        #expect(try office.koi.job(id).parameters["reason"] == "Anna is ill")
        try office.koi.worker(HandoverJob.kind).runDue()
        #expect(try office.owners() == [1: bo.id])
        #expect(try office.koi.job(id).parameters == [:])

        let again = try office.handOver(bo, ["successors": [["user": .integer(anna.id)]], "reason": "Back"])
        try office.koi.request(.put, (again.fields["Location"] ?? "") + "/cancellation")
        #expect(try office.koi.job(again["id"].integerValue ?? 0).parameters == [:])
    }

    @Test func `needs the right to assign, that reaches both`() throws {
        let office = try Office()
        let west = try office.team("West")
        let (anna, bo) = (try office.person("Anna", team: west), try office.person("Bo"))
        let boss = try office.person("Boss", role: Office.manager, team: west)
        let viewer = try office.person("Viewer", role: Office.viewer)
        try office.customer("Acme", of: anna)
        let toBo: JSONValue = ["successors": [["user": .integer(bo.id)]], "preview": true]
        let toBoss: JSONValue = ["successors": [["user": .integer(boss.id)]], "preview": true]
        #expect(try office.handOver(anna, toBo, by: boss.key).code == "out_of_reach")
        #expect(try office.handOver(anna, toBoss, by: boss.key).status == .ok)
        #expect(try office.handOver(anna, toBoss, by: viewer.key).code == "not_permitted")
        #expect(try office.handOver(anna, toBoss, by: anna.key).code == "out_of_reach")
    }

    @Test(
        arguments: [
            (["successors": []], ["successors required"]),
            ([:], ["successors required"]),
            (["successors": [["share": 1]]], ["successors[0].user required"]),
            (["successors": [["user": 3, "share": 0]]], ["successors[0].share out_of_range"]),
            (["successors": [["user": 2]]], ["successors[0].user same_user"]),
            (["successors": [["user": 99]]], ["successors[0].user not_found"]),
            (["successors": [["user": 4]]], ["successors[0].user inactive_user"]),
            (["successors": [["user": 3, "resource": "users"]]], ["successors[0].resource unknown_resource"]),
            (["successors": [["user": 3]], "resources": ["boats"]], ["resources[0] unknown_resource"]),
            (["successors": [["user": 3, "filter": ["tier": "vip"]]]], ["successors[0].resource required"]),
            (
                ["successors": [["user": 3, "resource": "customers", "filter": ["tier": "gold"]]]],
                ["successors[0].filter.tier bad_parameter"]
            ),
            (
                ["successors": [["user": 3, "resource": "customers", "filter": ["sort": "name"]]]],
                ["successors[0].filter.sort bad_parameter"]
            ),
            (["successors": [["user": 3]], "colour": "red"], ["colour unknown_field"]),
        ] as [(JSONValue, [String])]
    )
    func `names what is not as it should be`(body: JSONValue, refused: [String]) throws {
        let office = try Office()
        let anna = try office.person("Anna")
        _ = try office.person("Bo")
        let gone = try office.person("Gone")
        #expect([anna.id, gone.id] == [2, 4])
        try office.koi.request(.patch, "/v1/users/4", ["active": false])
        let answer = try office.handOver(anna, body)
        #expect(answer.status == .unprocessableContent)
        #expect(answer.refused == refused)
        #expect(try office.koi.request(.post, "/v1/users/99/handover", body).status == .notFound)
    }
}

struct `A user who owns something` {
    @Test func `cannot leave before it was handed over, and can afterwards`() throws {
        let office = try Office()
        let (anna, bo) = (try office.person("Anna"), try office.person("Bo"))
        for name in ["A", "B"] { try office.customer(name, of: anna) }
        try office.koi.request(.post, "/v1/contacts", ["name": "李明", "owner": .integer(anna.id)])
        try office.koi.request(.post, "/v1/views", ["resource": "customers", "name": "V"], key: anna.key)
        let refused = try office.koi.request(.patch, "/v1/users/\(anna.id)", ["active": false])
        #expect(refused.status == .conflict)
        #expect(refused.code == "owns_records")
        let detail = refused["detail"].stringValue ?? ""
        #expect(detail.contains("2 customers, 1 contact"))
        #expect(detail.contains("/v1/users/\(anna.id)/handover"))
        #expect(try office.koi.request(.patch, "/v1/users/\(anna.id)", ["name": "Ann"]).status == .ok)

        _ = try office.handOver(anna, ["successors": [["user": .integer(bo.id)]]])
        try office.koi.worker(HandoverJob.kind).runDue()
        #expect(try office.koi.request(.patch, "/v1/users/\(anna.id)", ["active": false]).status == .ok)
        #expect(try office.koi.request(.get, "/v1/customers", key: anna.key).status == .unauthorized)
    }

    @Test func `gets nothing back out of the bin once gone`() throws {
        let office = try Office()
        let (anna, bo) = (try office.person("Anna"), try office.person("Bo"))
        let path = "/v1/customers/\(try office.customer("Acme", of: anna))"
        try office.koi.request(.delete, path)
        #expect(try office.koi.request(.patch, "/v1/users/\(anna.id)", ["active": false]).status == .ok)
        let refused = try office.koi.request(.put, path + "/restoration")
        #expect(refused.status == .conflict)
        #expect(refused.code == "owner_left")
        _ = try office.handOver(anna, ["successors": [["user": .integer(bo.id)]]])
        try office.koi.worker(HandoverJob.kind).runDue()
        #expect(try office.koi.request(.put, path + "/restoration")["owner"] == .integer(bo.id))
    }

    @Test(arguments: Routes.resources.filter { $0.changeableOwner != nil })
    func `is asked about each resource along an index, of what lives and of what lies in the bin`(
        resource: Resource
    ) throws {
        let koi = try TestApp()
        let owner = resource.ownerField ?? ""
        for state in ["NULL", "NOT NULL"] {
            let steps = try koi.app.perform { transaction in
                try transaction.connection.rows(
                    """
                    EXPLAIN QUERY PLAN SELECT id FROM "\(resource.name)"
                    WHERE "\(owner)" = 1 AND "removedAt" IS \(state) AND id > 5 ORDER BY id
                    """
                ) { $0.text(3) }
            }
            #expect(steps.count == 1)
            #expect(steps.first?.hasPrefix("SEARCH") == true, "\(resource.name) needs an index for \(state)")
        }
    }
}

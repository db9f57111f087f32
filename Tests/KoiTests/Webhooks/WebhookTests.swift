import Dispatch
import Foundation
import Glibc
import KoiHTTP
import KoiJSON
import KoiLock
import Testing

@testable import Koi

struct `A webhook` {
    @Test func `is told what happens, with the record and what changed, signed`() throws {
        let desk = try HookDesk()
        let hook = try desk.hook()
        let id = try desk.koi.make("customers", ["name": "Acme"])
        try desk.koi.request(.patch, "/v1/customers/\(id)", ["name": "Acme 2"])

        let messages = try desk.send()

        #expect(messages.map(\.type) == ["customer.created", "customer.changed"])
        let last = try #require(messages.last)
        let data: JSONValue = last.json["data"]
        #expect(data["subject"] == ["resource": "customers", "id": .integer(id)])
        #expect(data["record"] == (try desk.koi.request(.get, "/v1/customers/\(id)").json))
        #expect(data["before"]["name"] == "Acme" && data["after"]["name"] == "Acme 2")
        #expect(last.fields["webhook-id"] == "msg_\(desk.koi.app.catalog.log)_\(hook.id)_\(data["sequence"].text)")
        let stamp = try #require(last.fields["webhook-timestamp"])
        #expect(stamp == String(desk.koi.clock.now / 1_000))
        let secret = try #require(Data(base64Encoded: String(hook.secret.dropFirst(6))))
        let expected = WebhookSignature.field(
            id: last.fields["webhook-id"] ?? "",
            timestamp: desk.koi.clock.now / 1_000,
            body: last.body,
            secrets: [Array(secret)]
        )
        #expect(last.fields["webhook-signature"] == expected)
        #expect(try desk.deliveries(hook.id).map { $0["state"] } == ["delivered", "delivered"])
        #expect(try desk.send().isEmpty)
    }

    @Test func `signs as the standard does`() {
        // The example of https://www.standardwebhooks.com
        let secret = Array(Data(base64Encoded: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") ?? Data())
        let field = WebhookSignature.field(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: 1_614_265_330,
            body: Array(#"{"test": 2432232314}"#.utf8),
            secrets: [secret]
        )
        #expect(field == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(
        arguments: [
            (["types": ["customer.removed"]], ["customer.removed"]),
            (["resource": "contacts"], []),
            (
                ["resource": "customers", "fields": ["tier"]],
                ["customer.created", "customer.changed", "customer.removed"]
            ),
            (
                ["resource": "customers", "filter": ["tier": "vip"]],
                ["customer.created", "customer.changed", "customer.changed", "customer.removed"]
            ),
            (["resource": "customers", "filter": ["tier": "potential"]], []),
            (
                ["resource": "customers", "filter": ["name.has": "ACME"], "types": ["customer.created"]],
                ["customer.created"]
            ),
        ] as [(JSONObject, [String])]
    )
    func `is told what it wants, and no more`(_ wanted: JSONObject, _ told: [String]) throws {
        let desk = try HookDesk()
        try desk.hook(wanted)
        let id = try desk.koi.make("customers", ["name": "Acme", "tier": "low"])
        try desk.koi.request(.patch, "/v1/customers/\(id)", ["tier": "vip"])
        try desk.koi.request(.patch, "/v1/customers/\(id)", ["notes": "x"])
        try desk.koi.request(.delete, "/v1/customers/\(id)")

        #expect(try desk.send().compactMap(\.type) == told)
    }

    @Test func `tells of a record that was one of its filter before the change`() throws {
        let desk = try HookDesk()
        let id = try desk.koi.make("customers", ["name": "Acme", "tier": "vip"])
        try desk.hook(["resource": "customers", "filter": ["tier": "vip"]])
        try desk.koi.request(.patch, "/v1/customers/\(id)", ["tier": "low"])
        try desk.koi.request(.patch, "/v1/customers/\(id)", ["notes": "x"])

        let messages = try desk.send()

        #expect(messages.map { $0.json["data"]["after"]["tier"] } == ["low"])
    }

    @Test func `is told what its maker may see by then, masked as the maker sees it`() throws {
        let desk = try HookDesk()
        let all: JSONValue = ["read": "all", "create": "all", "change": "all"]
        let wang = try desk.koi.person(
            named: "Wang",
            ["customers": ["read": "own"], "webhooks": all],
            held: ["customers": ["phone": ["read": "masked"]]]
        )
        try desk.hook(key: wang.key)
        try desk.koi.make("customers", ["name": "Another's"])
        let id = try desk.koi.make(
            "customers",
            ["name": "Wang's", "owner": .integer(wang.id), "phone": "023 6868 1234"]
        )

        let messages = try desk.send()

        #expect(messages.map(\.name) == ["Wang's"])
        #expect(messages.allSatisfy { !$0.json.text.contains("6868") })
        try desk.koi.request(.patch, "/v1/customers/\(id)", ["owner": nil, "notes": "Secret"])
        let left = try desk.send()
        #expect(left.map { $0.json["data"]["effect"] } == ["left"])
        #expect(left.allSatisfy { !$0.json.text.contains("Secret") })
    }

    @Test func `sends nothing that was erased meanwhile`() throws {
        let desk = try HookDesk()
        try desk.hook()
        desk.answer { _ in 503 }
        let id = try desk.koi.make("contacts", ["name": "Li Na", "mobile": "13800138000"])
        try desk.send()
        try desk.koi.request(.post, "/v1/contacts/\(id)/erasure")
        desk.koi.clock.advance(by: .seconds(86_400))
        desk.answer { _ in 200 }

        let messages = try desk.send()

        #expect(!messages.isEmpty)
        #expect(messages.allSatisfy { !$0.json.text.contains("Li Na") && !$0.json.text.contains("13800138000") })
    }

    @Test func `is tried again, later each time, and then given up`() throws {
        let desk = try HookDesk()
        let hook = try desk.hook()
        desk.answer { _ in 500 }
        try desk.koi.make("customers", ["name": "Acme"])
        let start = desk.koi.clock.now
        var attempts: [Int64] = []

        repeat {
            if try !desk.send().isEmpty { attempts.append((desk.koi.clock.now - start) / 1_000) }
            // By hand what the pause of a webhook would end.
            try desk.koi.app.perform { try WebhookStore($0.connection).setFailures(of: hook.id, 0, since: nil) }
            let next = try desk.deliveries(hook.id)[0]["nextAttemptAt"].stringValue.flatMap(Timestamp.read)
            desk.koi.clock.advance(by: .milliseconds(max(0, (next ?? 0) - desk.koi.clock.now)))
        } while try desk.deliveries(hook.id)[0]["state"] != "failed" && attempts.count < 20

        #expect(attempts == [0, 5, 20, 65, 200, 605, 1_820, 5_465, 16_400, 49_205, 135_605])
        let delivery = try desk.deliveries(hook.id)[0]
        #expect(delivery["status"] == 500)
        #expect(delivery["response"] == "said 500")
        #expect(delivery["error"]["code"] == "status_500")
    }

    @Test func `is told of one record in order, while others go on`() throws {
        let desk = try HookDesk()
        try desk.hook()
        let bad = try desk.koi.make("customers", ["name": "Bad"])
        try desk.koi.request(.patch, "/v1/customers/\(bad)", ["tier": "vip"])
        try desk.koi.make("customers", ["name": "Good"])
        desk.answer { $0.name == "Bad" ? 500 : 200 }

        let first = try desk.send()
        #expect(Set(first.map(\.name)) == ["Bad", "Good"])
        #expect(first.filter { $0.name == "Bad" }.map(\.type) == ["customer.created"])
        desk.answer { _ in 200 }
        desk.koi.clock.advance(by: .seconds(5))

        #expect(try desk.send().map(\.type) == ["customer.created", "customer.changed"])
    }

    @Test func `that says it is gone is paused, and its maker told`() throws {
        let desk = try HookDesk()
        let all: JSONValue = ["read": "all", "create": "all", "change": "all"]
        let wang = try desk.koi.person(named: "Wang", ["customers": ["read": "all"], "webhooks": all])
        let hook = try desk.hook(key: wang.key)
        desk.answer { _ in 410 }
        try desk.koi.make("customers", ["name": "Acme"])
        try desk.send()

        let paused = try desk.koi.request(.get, "/v1/webhooks/\(hook.id)").json
        #expect(paused["active"] == false && paused["pause"] == "gone")
        let news = try desk.koi.request(.get, "/v1/notifications", key: wang.key).items
        #expect(news.map { $0["kind"] } == ["webhookPaused"])
        try desk.koi.make("customers", ["name": "Later"])
        #expect(try desk.send().isEmpty)

        desk.answer { _ in 200 }
        try desk.koi.request(.patch, "/v1/webhooks/\(hook.id)", ["active": true], key: wang.key)

        // What it refused with that answer is told as well.
        #expect(Set(try desk.send().map(\.name)) == ["Acme", "Later"])
        #expect(try desk.koi.request(.get, "/v1/webhooks/\(hook.id)")["pause"].isNull)
    }

    @Test func `that goes on after a pause tries what waits as often as at first`() throws {
        let desk = try HookDesk()
        let hook = try desk.hook()
        try desk.koi.make("customers", ["name": "Acme"])
        desk.answer { _ in 500 }
        for _ in 0..<20 {
            try desk.send()
            desk.koi.clock.advance(by: .seconds(86_400))
        }
        #expect(try desk.koi.request(.get, "/v1/webhooks/\(hook.id)")["pause"] == "failing")
        let delivery = try desk.deliveries(hook.id)[0]
        #expect(delivery["state"] == "waiting" && delivery["attempts"].integerValue ?? 0 >= 10)

        try desk.koi.request(.patch, "/v1/webhooks/\(hook.id)", ["active": true])
        #expect(try desk.send().count == 1)

        #expect(try desk.deliveries(hook.id)[0]["state"] == "waiting")
        #expect(try desk.deliveries(hook.id)[0]["attempts"] == 1)
    }

    @Test func `is told of what was one of its filter at the time, whatever happened since`() throws {
        let desk = try HookDesk()
        let (vip, east): (JSONValue, JSONValue) = ("vip", "East")
        let id = try desk.koi.make("customers", ["name": "Acme", "tier": vip, "region": east])
        try desk.hook(["resource": "customers", "filter": ["tier": vip, "region": east]])
        try desk.koi.request(.patch, "/v1/customers/\(id)", ["tier": "low"])
        try desk.koi.request(.patch, "/v1/customers/\(id)", ["tier": vip])
        try desk.koi.request(.patch, "/v1/customers/\(id)", ["region": "West"])
        try desk.koi.request(.patch, "/v1/customers/\(id)", ["tier": "low"])
        try desk.koi.request(.patch, "/v1/customers/\(id)", ["notes": "x"])

        let messages = try desk.send()

        #expect(messages.map { $0.json["data"]["after"]["tier"] } == ["low", vip, .null])
        #expect(messages.map { $0.json["data"]["after"]["region"] } == [.null, .null, "West"])
    }

    @Test func `is told of an erasure and of what was erased, whatever its filter`() throws {
        let desk = try HookDesk()
        let id = try desk.koi.make("contacts", ["name": "Li Na", "title": "Boss"])
        let hook = try desk.hook(["resource": "contacts", "filter": ["title": "Boss"]])
        try desk.koi.request(.patch, "/v1/contacts/\(id)", ["mobile": "13800138000"])
        try desk.koi.request(.post, "/v1/contacts/\(id)/erasure")

        let messages = try desk.send()

        #expect(messages.map(\.type) == ["contact.changed", "contact.erased"])
        #expect(messages.allSatisfy { !$0.json.text.contains("13800138000") && !$0.json.text.contains("Boss") })
        #expect(try desk.deliveries(hook.id).count == 2)
    }

    @Test func `keeps nothing of an answer that came while the person was erased`() throws {
        let desk = try HookDesk()
        let hook = try desk.hook(["types": ["contact.created"]])
        let id = try desk.koi.make("contacts", ["name": "Li Na"])
        desk.answer { [koi = desk.koi] _ in
            try koi.request(.post, "/v1/contacts/\(id)/erasure").status.code < 300 ? 500 : 501
        }

        try desk.send()

        let delivery = try desk.deliveries(hook.id)[0]
        #expect(delivery["status"] == 500)
        #expect(delivery["response"].isNull)
    }

    @Test func `is told of users though what they see changes with it`() throws {
        let desk = try HookDesk()
        let all: JSONValue = ["read": "all", "create": "all", "change": "all"]
        let wang = try desk.koi.person(named: "Wang", ["users": ["read": "all"], "webhooks": all])
        try desk.hook(["resource": "users"], key: wang.key)
        let team = try desk.koi.request(.post, "/v1/teams", ["name": "East"])

        try desk.koi.request(.patch, "/v1/users/\(wang.id)", ["team": team["id"]])

        #expect(try desk.send().map(\.type) == ["user.changed"])
    }

    @Test func `waits its turn behind those that were served longer ago`() throws {
        let desk = try HookDesk()
        let hooks = try (1...9).map { number in
            try desk.hook(["url": .string("https://\(number).example.com/"), "resource": "customers"]).id
        }
        for name in ["A", "B"] { try desk.koi.make("customers", ["name": .string(name)]) }
        let gate = Gate()
        let worker = try WebhookWorker(desk.koi.app) { request, _ in
            gate.pass(request.url.host)
            return OutgoingResponse(status: 200, fields: Fields(), body: [], isCut: false)
        }
        worker.start()
        // All lanes are taken, and the last webhook has none.
        let first = gate.wait(for: 8)
        gate.open(first[0])
        let next = gate.wait(for: 9)[8]
        gate.openAll()
        worker.stop()

        #expect(hooks.count == 9)
        #expect(Set(first + [next]).count == 9)
    }

    @Test func `hears of what happens again after a time in which there were none`() throws {
        let koi = try TestApp()
        let hub = koi.app.catalog.eventHub
        let heard = DispatchSemaphore(value: 0)
        let ended = Lock<WebhookEar?>(nil)
        // Ends while the hub reads for it, as when the last webhook is paused at that moment.
        let first = WebhookEar { ended.withLock { $0?.end() } }
        ended.withLock { $0 = first }
        hub.add(first, after: hub.head)
        try koi.addCustomer("Acme")
        while hub.count > 0 { sched_yield() }

        let second = WebhookEar { heard.signal() }
        hub.add(second, after: hub.head)
        try koi.addCustomer("Beta")

        #expect(heard.wait(timeout: .now() + 10) == .success)
        second.end()
        hub.remove(second)
        // It refers to the first, which refers to it.
        ended.withLock { $0 = nil }
    }

    @Test func `of somebody who has ended is changed by administrators only`() throws {
        let koi = try TestApp()
        let all: JSONValue = ["read": "all", "create": "all", "change": "all", "remove": "all"]
        let rights: JSONValue = ["customers": ["read": "all"], "webhooks": all]
        let wang = try koi.person(named: "Wang", rights)
        let li = try koi.person(named: "Li", rights)
        let hook = try HookDesk(koi).hook(key: wang.key).id
        #expect(try koi.request(.patch, "/v1/webhooks/\(hook)", ["name": "CRM"], key: li.key).status == .ok)
        try koi.request(.patch, "/v1/users/\(wang.id)", ["active": false])

        let refused = try koi.request(.patch, "/v1/webhooks/\(hook)", ["url": "https://evil.example/"], key: li.key)

        #expect(refused.status == .forbidden)
        #expect(refused.code == "maker_ended")
        #expect(try koi.request(.patch, "/v1/webhooks/\(hook)", ["name": "ERP"]).status == .ok)
    }

    @Test func `that is made for another ends with the key by which it was made`() throws {
        let desk = try HookDesk()
        let li = try desk.koi.person(named: "Li", ["customers": ["read": "all"]])
        let user: JSONValue = try desk.koi.request(.get, "/v1/users?limit=1&sort=id").items[0]["id"]
        let made = try desk.koi.request(.post, "/v1/keys", ["name": "Tool", "user": user])
        let key = try #require(made["key"].stringValue)
        let hook = try desk.hook(["user": .integer(li.id)], key: key)
        try desk.koi.make("customers", ["name": "Acme"])
        #expect(try desk.send().map(\.name) == ["Acme"])

        try desk.koi.request(.delete, "/v1/keys/\(made["id"].text)")
        try desk.koi.make("customers", ["name": "Beta"])

        #expect(try desk.send().isEmpty)
        #expect(try desk.koi.request(.get, "/v1/webhooks/\(hook.id)")["pause"] == "maker")
    }

    @Test func `that fails for a day is paused`() throws {
        let desk = try HookDesk()
        let hook = try desk.hook()
        desk.answer { _ in throw DeliveryFailure.tooSlow }
        for number in 1...4 { try desk.koi.make("customers", ["name": .string("Customer \(number)")]) }
        for _ in 0..<40 {
            try desk.send()
            desk.koi.clock.advance(by: .seconds(3_600))
        }

        let paused = try desk.koi.request(.get, "/v1/webhooks/\(hook.id)").json
        #expect(paused["active"] == false && paused["pause"] == "failing")
        // What waits is not lost.
        desk.answer { _ in 200 }
        try desk.koi.request(.patch, "/v1/webhooks/\(hook.id)", ["active": true])
        #expect(Set(try desk.send().map(\.name)).count == 4)
    }

    @Test(arguments: ["user", "key"])
    func `stops with its user or key`(_ what: String) throws {
        let desk = try HookDesk()
        let all: JSONValue = ["read": "all", "create": "all", "change": "all"]
        let wang = try desk.koi.person(named: "Wang", ["customers": ["read": "all"], "webhooks": all])
        let hook = try desk.hook(key: wang.key)
        if what == "user" {
            try desk.koi.request(.patch, "/v1/users/\(wang.id)", ["active": false])
        } else {
            let key = try desk.koi.request(.get, "/v1/keys?user=\(wang.id)").items[0]["id"].text
            try desk.koi.request(.delete, "/v1/keys/\(key)")
        }
        try desk.koi.make("customers", ["name": "Acme"])

        #expect(try desk.send().isEmpty)
        #expect(try desk.koi.request(.get, "/v1/webhooks/\(hook.id)")["pause"] == "maker")
    }

    @Test func `is told once more what it was told, under the same ids`() throws {
        let desk = try HookDesk()
        let hook = try desk.hook(["resource": "customers"])
        for name in ["A", "B", "C"] { try desk.koi.make("customers", ["name": .string(name)]) }
        // In order for each record, and no other.
        let first = try desk.send().sorted { $0.sequence < $1.sequence }
        let from = first[1].sequence

        let answer = try desk.koi.request(.post, "/v1/webhooks/\(hook.id)/replay", ["from": .integer(from)])
        let again = try desk.send().sorted { $0.sequence < $1.sequence }

        #expect(answer.status == .accepted)
        #expect(again.map(\.name) == ["B", "C"])
        #expect(again.map { $0.fields["webhook-id"] } == first[1...].map { $0.fields["webhook-id"] })
        #expect(try desk.send().isEmpty)
        for body: JSONValue in [["from": 0], ["from": 1_000_000], ["from": 2, "to": 1], [:], ["from": 1, "x": 1]] {
            let refused = try desk.koi.request(.post, "/v1/webhooks/\(hook.id)/replay", body)
            #expect([409, 422].contains(refused.status.code), "\(refused.text)")
        }
    }

    @Test func `is tried by hand, also while it is paused, and once`() throws {
        let desk = try HookDesk()
        let hook = try desk.hook(["active": false])
        desk.answer { _ in 404 }

        let asked = try desk.koi.request(.post, "/v1/webhooks/\(hook.id)/test")
        let messages = try desk.send()

        #expect(asked.status == .accepted)
        #expect(messages.map(\.type) == ["webhook.test"])
        let delivery = try desk.deliveries(hook.id)[0]
        #expect(delivery["state"] == "failed" && delivery["status"] == 404)
        #expect(try desk.koi.request(.get, "/v1/webhooks/\(hook.id)")["pause"].isNull)
    }
}

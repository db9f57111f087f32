import Dispatch
import KoiJSON
import KoiLock
import Testing

@testable import Koi

struct `The lanes of the outbox` {
    private func add(_ desk: MailDesk, _ address: String) throws {
        _ = try desk.koi.app.perform {
            try $0.outbox.add(
                NewOutboxMessage(
                    recipient: .address(address),
                    lane: MailAddress(address)?.domain ?? "",
                    template: "test"
                )
            )
        }
    }

    @Test func `let a domain that hangs hold up no other`() throws {
        let desk = try MailDesk()
        for number in 0..<20 { try add(desk, "a\(number)@slow.example") }
        for number in 0..<20 { try add(desk, "b\(number)@quick.example") }
        let release = DispatchSemaphore(value: 0)
        let quick = Notes<String>()
        let done = DispatchSemaphore(value: 0)
        let worker = try OutboxWorker(desk.koi.app) { shipment, _ in
            guard case .letter(let letter) = shipment else { return nil }
            if letter.message.to.domain == "slow.example" {
                release.wait()
                release.signal()
            } else {
                quick.add(letter.message.to.text)
                if quick.all.count == 20 { done.signal() }
            }
            return nil
        }
        worker.start()
        #expect(done.wait(timeout: .now() + .seconds(60)) == .success)
        #expect(try desk.messages().count { $0.state == .sent } <= 20)
        release.signal()
        worker.stop()
    }

    @Test func `send again after a crash what was under way, each under its own number, and nothing else`() throws {
        let desk = try MailDesk()
        for number in 0..<40 { try add(desk, "a\(number)@d\(number % 10).example") }
        let taken = Notes<String>()
        let underWay = Notes<String>()
        let isHanging = DispatchSemaphore(value: 0)
        let never = DispatchSemaphore(value: 0)
        let dying = try OutboxWorker(desk.koi.app) { shipment, isStopping in
            guard case .letter(let letter) = shipment else { return nil }
            guard letter.message.to.domain == "d3.example" else {
                taken.add(letter.message.id)
                return nil
            }
            underWay.add(letter.message.id)
            isHanging.signal()
            // Nothing of it is stored by then: as good as dead.
            while !isStopping() { _ = never.wait(timeout: .now() + .milliseconds(1)) }
            throw ClientConnection.Stopped()
        }
        dying.start()
        #expect(isHanging.wait(timeout: .now() + .seconds(60)) == .success)
        dying.stop()
        let letters = try desk.deliver().map(\.message.id)
        #expect(Set(letters).count == letters.count)
        #expect(Set(letters).isDisjoint(with: taken.all))
        #expect(Set(underWay.all).isSubset(of: letters))
        #expect(letters.count + taken.all.count == 40)
    }
}

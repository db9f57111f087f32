import Dispatch
import KoiLock
import Testing

@testable import Koi

struct `The queues on which names are looked up` {
    private let address = NameLookup.Address(family: 2, bytes: Array(repeating: 0, count: 16))

    private func lanes(_ lookup: @escaping NameLanes.Lookup) -> NameLanes {
        NameLanes((1...4).map { DispatchQueue(label: "test.names.\($0)") }, lookup: lookup)
    }

    @Test func `look up a name twice at once at most, and say of others that they were not asked for it`() throws {
        let (address, gate) = (address, Gate())
        let lanes = lanes { host, _ in
            if host == "slow" { gate.pass(host) }
            return [address]
        }
        let done = DispatchGroup()
        for _ in 0..<2 {
            DispatchQueue(label: "test.ask").async(group: done) {
                _ = try? lanes.addresses(of: "slow", port: 1, until: .now + .seconds(60)) { false }
            }
        }
        #expect(gate.wait(for: 2).count == 2)

        let busy = #expect(throws: DeliveryFailure.self) {
            try lanes.addresses(of: "slow", port: 1, until: .now + .milliseconds(300)) { false }
        }
        let other = try lanes.addresses(of: "fast", port: 1, until: .now + .seconds(60)) { false }

        #expect(busy == .resolverBusy)
        #expect(other.count == 1)
        gate.openAll()
        done.wait()
        #expect(try lanes.addresses(of: "slow", port: 1, until: .now + .seconds(60)) { false }.count == 1)
    }
}

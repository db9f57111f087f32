/// What is going to happen in the demo company, the earliest first; at the same time in the order in which it was planned.
struct DemoAgenda: Sendable {
    struct Entry: Sendable {
        let time: Int64
        let number: Int
        let moment: DemoMoment

        func precedes(_ other: Entry) -> Bool { (time, number) < (other.time, other.number) }
    }

    /// A binary heap.
    private var entries: [Entry] = []
    private var count = 0

    var next: Int64? { entries.first?.time }

    mutating func add(_ moment: DemoMoment, at time: Int64) {
        count += 1
        entries.append(Entry(time: time, number: count, moment: moment))
        var place = entries.count - 1
        while place > 0, entries[place].precedes(entries[(place - 1) / 2]) {
            entries.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func takeNext() -> Entry? {
        guard let first = entries.first, let last = entries.popLast() else { return nil }
        guard !entries.isEmpty else { return first }
        entries[0] = last
        var place = 0
        while let smaller = smallerChild(of: place), entries[smaller].precedes(entries[place]) {
            entries.swapAt(place, smaller)
            place = smaller
        }
        return first
    }

    private func smallerChild(of place: Int) -> Int? {
        let (left, right) = (2 * place + 1, 2 * place + 2)
        guard left < entries.count else { return nil }
        return right < entries.count && entries[right].precedes(entries[left]) ? right : left
    }
}

/// Something that happens in the demo company's year.
enum DemoMoment: Sendable {
    /// People come to work and look through their lists.
    case morning
    /// Somebody makes themselves heard.
    case arrival(DemoArrival)
    /// The owner works on a lead, who planned to.
    case lead(Int64, by: Int64)
    /// Somebody finds that a lead was converted by mistake.
    case undo(lead: Int64)
    /// The owner works on a deal.
    case deal(Int64)
    /// Somebody misses a deal that was thrown away.
    case restore(deal: Int64)
    /// A lost customer comes back to what was offered.
    case reopen(deal: Int64)
    /// The owner looks after a customer.
    case care(customer: Int64)
    /// A customer wants something.
    case want(customer: Int64)
    case hire
    /// Somebody hands over what they have, and is gone the next day.
    case handOver
    case leave
    case absence(DemoAbsence)
}

/// Who is away, for how many days, and who steps in.
struct DemoAbsence: Sendable {
    let address: String
    let substitute: String?
    let days: Int64
    let reason: String
}

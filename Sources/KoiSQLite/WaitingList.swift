/// Writes that wait, first come, first served.
struct WaitingList {
    private var writes: [PendingWrite?] = []
    private var head = 0

    var count: Int { writes.count - head }
    var isEmpty: Bool { count == 0 }

    mutating func append(_ write: PendingWrite) {
        writes.append(write)
    }

    mutating func popFirst() -> PendingWrite? {
        guard head < writes.count else { return nil }
        let write = writes[head]
        writes[head] = nil
        head += 1
        if head == writes.count {
            writes.removeAll(keepingCapacity: true)
            head = 0
        } else if head >= 1024, head > writes.count / 2 {
            writes.removeFirst(head)
            head = 0
        }
        return write
    }
}

import Synchronization

/// How many bytes all connections together may hold of something, such as bodies in memory.
final class ByteBudget: Sendable {
    let limit: Int
    private let taken = Atomic(0)

    init(_ limit: Int) {
        self.limit = limit
    }

    /// Bytes held now.
    var inUse: Int { taken.load(ordering: .relaxed) }

    /// Takes that many bytes, or none where not all of them are left.
    func take(_ count: Int) -> Bool {
        guard taken.add(count, ordering: .relaxed).newValue <= limit else {
            giveBack(count)
            return false
        }
        return true
    }

    func giveBack(_ count: Int) {
        guard count != 0 else { return }
        taken.subtract(count, ordering: .relaxed)
    }
}

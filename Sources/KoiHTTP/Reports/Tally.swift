import Synchronization

/// A row of numbers that one thread counts and any thread may read.
///
/// Counting takes no lock and no locked instruction, since nobody else counts: whoever reads sees each number as it was a
/// moment ago.
///
/// `@unchecked Sendable`: the cells are atomics, and the memory is given back when nobody has the tally any more.
package final class Tally: @unchecked Sendable {
    package let count: Int
    private let cells: UnsafeMutablePointer<Atomic<UInt64>>

    package init(count: Int) {
        self.count = max(count, 1)
        cells = .allocate(capacity: self.count)
        for index in 0..<self.count { (cells + index).initialize(to: Atomic(0)) }
    }

    deinit {
        cells.deinitialize(count: count)
        cells.deallocate()
    }

    /// Counts, on the one thread that does; a cell that is not there is left alone.
    package func add(_ amount: UInt64, at index: Int) {
        guard index >= 0, index < count else { return }
        let sum = cells[index].load(ordering: .relaxed) &+ amount
        cells[index].store(sum, ordering: .relaxed)
    }

    package subscript(_ index: Int) -> UInt64 {
        guard index >= 0, index < count else { return 0 }
        return cells[index].load(ordering: .relaxed)
    }
}

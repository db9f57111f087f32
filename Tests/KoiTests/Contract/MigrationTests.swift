import KoiSQLite
import Testing

@testable import Koi

/// A number that comes later than a higher one could not be applied any more where that has been.
struct `The migrations` {
    @Test func `are numbered without a gap, and none twice`() throws {
        let numbers = try Migrations.all().map(\.number)

        #expect(numbers.count > 1)
        #expect(numbers == Array(1...max(1, numbers.count)))
    }
}

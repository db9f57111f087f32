import Testing

@testable import KoiFuzz

@Suite struct PiecesTests {
    @Test(arguments: [0, 1, 2, 3, 99])
    func `pieces are all of the bytes in order, and the same for the same seed`(_ seed: UInt64) {
        let pieces = Array(Pieces(5000, seed: seed))

        #expect(Array(pieces.joined()) == Array(0..<5000))
        #expect(pieces == Array(Pieces(5000, seed: seed)))
        #expect(pieces.allSatisfy { !$0.isEmpty })
        #expect(seed != 0 || pieces.count == 5000)
    }
}

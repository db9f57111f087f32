import KoiJSON

/// How many numbers of a table are looked at in one query: fewer where that has taken long, so that the writer is held briefly.
struct MassWindow {
    private static let longest = Duration.milliseconds(5)
    private static let smallest: Int64 = 50

    private(set) var size: Int64

    /// - Parameters:
    ///   - position: of the job, which keeps it from chunk to chunk.
    ///   - first: with how many it begins.
    init(_ position: JSONObject, atFirst first: Int64 = MassOrder.window) {
        size = max(position["window"]?.integerValue ?? first, MassWindow.smallest)
    }

    mutating func timed<T>(_ look: (Int64) throws -> T) rethrows -> T {
        let begun = ContinuousClock.now
        let found = try look(size)
        if ContinuousClock.now - begun > MassWindow.longest { size = max(size / 2, MassWindow.smallest) }
        return found
    }
}

/// What a reader accepts at most from one document.
package struct JSONLimits: Sendable, Equatable {
    /// Arrays and objects within each other, never more than ``greatestDepth``.
    package var depth: Int

    /// Values in the whole document, each array, object and scalar counted once.
    package var members: Int

    /// The depth beyond which no limit goes.
    ///
    /// A value in memory is compared, written and released by nested calls, so its depth is bounded
    /// for everyone.
    package static let greatestDepth = 256

    package init(depth: Int = 64, members: Int = 100_000) {
        self.depth = depth
        self.members = members
    }
}

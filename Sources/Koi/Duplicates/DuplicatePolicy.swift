/// What a company has refuse a new record that may be there already.
package enum DuplicatePolicy: String, Sendable {
    /// Nothing.
    case off
    /// Such a record that the sender may see.
    case visible
    /// Any such record.
    case all

    /// The one of both that refuses less.
    func within(_ other: DuplicatePolicy) -> DuplicatePolicy {
        switch (self, other) {
        case (.off, _), (_, .off): .off
        case (.visible, _), (_, .visible): .visible
        case (.all, .all): .all
        }
    }

    static let choices = [
        Choice("off", "Add them", "照常新建"),
        Choice("visible", "Refuse where the sender may see the other", "发送者可见时拒绝"),
        Choice("all", "Refuse", "拒绝"),
    ]
}

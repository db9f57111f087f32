/// The conditions of a request, evaluated in the order of RFC 9110 §13.2.2.
package enum Preconditions {
    package enum Outcome: Sendable {
        case proceed
        /// Answer 304: the client has this representation.
        case notModified
        /// Answer 412.
        case failed
    }

    /// - Parameters:
    ///   - tag: of what would be sent, with its quotes.
    ///   - modified: when that was last changed, in seconds since 1970; nil where nobody knows, and conditions on it are
    ///     then ignored (§13.1.3, §13.1.4).
    package static func evaluate(_ head: RequestHead, tag: String, modified: Int?) -> Outcome {
        let fields = head.fields
        let isRead = head.method == .get || head.method == .head
        let match = fields.values("If-Match")
        if !match.isEmpty {
            guard EntityTag.matches(match, tag, by: .strong) else { return .failed }
        } else if let modified, let limit = date(fields, "If-Unmodified-Since"), modified > limit {
            return .failed
        }
        let noneMatch = fields.values("If-None-Match")
        if !noneMatch.isEmpty {
            guard EntityTag.matches(noneMatch, tag) else { return .proceed }
            return isRead ? .notModified : .failed
        }
        if isRead, let modified, let limit = date(fields, "If-Modified-Since"), modified <= limit {
            return .notModified
        }
        return .proceed
    }

    /// Whether the range of a request is meant for this representation: `If-Range` is absent, or has its tag.
    ///
    /// A date there counts as another one: two changes may lie within its second (§13.1.5).
    static func allowRange(_ head: RequestHead, tag: String) -> Bool {
        let condition = head.fields.values("If-Range")
        guard let first = condition.first else { return true }
        return condition.count == 1 && first.hasPrefix("\"") && EntityTag.matches([first], tag, by: .strong)
    }

    /// A date that cannot be read, or comes twice, is no condition.
    private static func date(_ fields: Fields, _ name: String) -> Int? {
        let values = fields.values(name)
        return values.count == 1 ? values.first.flatMap(DateField.seconds) : nil
    }
}

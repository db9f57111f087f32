/// The types of events that the feed has: the noun of a resource, a dot, and what happened.
enum ChangeTypes {
    /// What happens to records that are in the feed.
    static let happenings = [
        "created", "changed", "removed", "restored", "erased", "merged", "unmerged", "shared", "unshared",
        "distinguished", "undistinguished", "consentChanged", "disclosed", "handover",
        "converted", "unconverted",
        "cared", "timed", "overdue", "replied", "noted", "received",
    ]

    /// - Parameter nouns: of the resources that may be meant.
    static func has(_ type: String, of nouns: Set<String>) -> Bool {
        let words = type.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        return words.count == 2 && nouns.contains(words[0]) && happenings.contains(words[1])
    }
}

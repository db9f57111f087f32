/// A number of requests that a client may make within a window of time, as it stands in `RateLimit-Policy` and `RateLimit`
/// (draft-ietf-httpapi-ratelimit-headers-10).
package struct QuotaPolicy: Sendable, Equatable {
    package let limit: Int
    /// In seconds.
    package let window: Int
    /// What is the same in every answer, up to the numbers that are not.
    let wire: [UInt8]

    /// - Parameter name: letters, digits and `-`, for programs to tell policies apart.
    package init(name: String, limit: Int, window: Int) {
        self.limit = limit
        self.window = window
        wire = Array(
            "RateLimit-Policy: \"\(name)\";q=\(limit);w=\(window)\r\nRateLimit: \"\(name)\"".utf8
        )
    }
}

/// What is left of a quota when an answer is given.
package struct Quota: Sendable, Equatable {
    package let policy: QuotaPolicy
    package let remaining: Int
    /// In how many seconds all of it is there again.
    package let reset: Int

    package init(policy: QuotaPolicy, remaining: Int, reset: Int) {
        self.policy = policy
        self.remaining = max(0, remaining)
        self.reset = max(0, reset)
    }

    func append(to out: inout [UInt8]) {
        out.append(contentsOf: policy.wire)
        out.append(contentsOf: ";r=")
        ResponseEncoder.append(decimal: remaining, to: &out)
        out.append(contentsOf: ";t=")
        ResponseEncoder.append(decimal: reset, to: &out)
        out.append(contentsOf: "\r\n")
    }
}

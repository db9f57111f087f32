import Testing

@testable import Koi

@Suite struct RateLimiterTests {
    @Test func `what was refused is not counted, and a minute begins with the first`() throws {
        let limiter = RateLimiter<Int64>(2)
        try limiter.count(1, at: 0)
        try limiter.count(1, at: 59_000)
        for now: Int64 in [59_000, 59_999] {
            let problem = #expect(throws: Problem.self) { try limiter.count(1, at: now) }
            #expect(problem?.fields.first?.1 == "1")
        }
        try limiter.count(2, at: 59_999)
        try limiter.count(1, times: 2, at: 60_000)
        #expect(throws: Problem.self) { try limiter.count(1, at: 60_000) }
    }

    @Test func `a clock that was set back begins another minute`() throws {
        let limiter = RateLimiter<Int64>(1)
        try limiter.count(1, at: 1_000_000)
        try limiter.count(1, at: 0)
        #expect(throws: Problem.self) { try limiter.count(1, at: 1) }
    }

    @Test func `memory has a bound, however many there are`() {
        let limiter = RateLimiter<String>(1, parts: 4)
        for number in 0..<100_000 { _ = limiter.take("\(number)", at: Int64(number / 100)) }
        #expect(limiter.remembered <= 40_000)
        #expect(limiter.remembered > 0)
    }
}

import Testing

@testable import KoiHTTP

@Suite struct QuotaTests {
    @Test func `a quota stands in the fields of the draft, beside those of the answer`() {
        let policy = QuotaPolicy(name: "key", limit: 6000, window: 60)
        var out: [UInt8] = []
        Quota(policy: policy, remaining: 5999, reset: 60).append(to: &out)
        Quota(policy: policy, remaining: -1, reset: -1).append(to: &out)

        #expect(
            String(decoding: out, as: UTF8.self)
                == "RateLimit-Policy: \"key\";q=6000;w=60\r\nRateLimit: \"key\";r=5999;t=60\r\n"
                + "RateLimit-Policy: \"key\";q=6000;w=60\r\nRateLimit: \"key\";r=0;t=0\r\n"
        )
    }

    @Test func `what the application notes of a quota is said with its answer, soon or late`() throws {
        let quota = Quota(policy: QuotaPolicy(name: "key", limit: 9, window: 60), remaining: 8, reset: 7)
        for isLate in [false, true] {
            let server = try TestServer(
                TestApplication(
                    answer: { _, exchange in
                        guard isLate else { return .text("now") }
                        exchange.respond(.text("late"))
                        return nil
                    },
                    note: { $0.quota = quota }
                )
            )
            let answer = try server.ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(answer.contains("\r\nRateLimit-Policy: \"key\";q=9;w=60\r\nRateLimit: \"key\";r=8;t=7\r\n"))
        }
    }
}

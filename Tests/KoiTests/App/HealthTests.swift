import KoiHTTP
import Testing

@testable import Koi

struct `Health` {
    @Test func `is told to anyone`() throws {
        let answer = try TestApp().request(.get, "/health", key: "")
        #expect(answer.status == .ok)
        #expect(answer.text == #"{"status":"ok"}"#)
    }

    @Test func `is bad once nothing can be written`() throws {
        let koi = try TestApp()
        koi.close()
        #expect(try koi.request(.get, "/health").status == .serviceUnavailable)
    }
}

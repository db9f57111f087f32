import KoiHTTP
import Testing

@testable import Koi

struct `The table of routes` {
    @Test func `says of every route what one needs to be let in`() {
        for route in Routes.all(of: Routes.resources) where route.access == .key {
            #expect(route.permission != .unsaid, "\(route.method.rawValue) \(route.pattern)")
        }
    }
}

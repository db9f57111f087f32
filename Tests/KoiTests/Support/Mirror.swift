import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// A copy of the records that is made of the feed alone.
struct Mirror {
    private(set) var position = "0"
    private(set) var resets = 0
    private var copies: [String: [Int64: JSONValue]] = [:]

    init() {}

    /// Goes on to the end of the feed.
    ///
    /// - Parameter ask: for the page after a position.
    mutating func follow(_ ask: (String) throws -> TestAnswer) throws {
        var goesOn = true
        while goesOn {
            let answer = try ask(position)
            try #require(answer.status == .ok, "\(answer.text)")
            for item in answer.items { try take(item) }
            let next = try #require(answer["position"].stringValue)
            goesOn = answer["more"] == true
            #expect(LogPosition(next)?.sequence ?? 0 > LogPosition(position)?.sequence ?? 0 || !goesOn)
            position = next
        }
    }

    mutating func take(_ item: JSONValue) throws {
        let effect = try #require(item["effect"].stringValue.flatMap(Change.Effect.init))
        if effect == .reset {
            resets += 1
            return
        }
        let resource = try #require(item["subject"]["resource"].stringValue)
        let id = try #require(item["subject"]["id"].integerValue)
        switch effect {
        case .stored, .entered:
            #expect(item["record"]["id"] == .integer(id))
            copies[resource, default: [:]][id] = item["record"]
        case .left, .removed:
            #expect(item["record"].isNull)
            copies[resource]?[id] = nil
        case .reset: break
        }
    }

    /// Forgets everything, and begins with what the lists have.
    mutating func load(_ records: [String: [JSONValue]], at position: String) {
        copies = records.mapValues { list in
            Dictionary(list.map { ($0["id"].integerValue ?? 0, $0) }, uniquingKeysWith: { first, _ in first })
        }
        self.position = position
    }

    /// In the order of their numbers, as a list has them.
    func records(of resource: String) -> [JSONValue] {
        (copies[resource] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
    }
}

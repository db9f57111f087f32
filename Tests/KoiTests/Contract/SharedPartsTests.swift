import KoiJSON
import Testing

@testable import Koi

struct `The description of the API` {
    @Test func `says by references what it would say without them`() {
        let openAPI = OpenAPI()
        let document = openAPI.document
        let own = Set(openAPI.spelledOut["components"]?["schemas"].objectValue?.members.map(\.name) ?? [])
        #expect(resolved(document["paths"], document, own) == openAPI.spelledOut["paths"])
        #expect(document["components"]["parameters"].objectValue?.count ?? 0 > 50)
    }

    @Test func `has the same names in whatever order its resources are, and without one of them`() {
        func names(_ resources: [Resource]) -> Set<String> {
            let components = OpenAPI(resources).document["components"].objectValue ?? [:]
            return Set(components.members.flatMap { ($0.value.objectValue ?? [:]).members.map(\.name) })
        }
        let all = names(Routes.resources)
        // The parameters that list the resources say another thing then.
        let changed = names(Routes.resources.reversed()).symmetricDifference(all).filter { !$0.hasPrefix("resource-") }
        #expect(changed.sorted() == [])
        let fewer = names(Routes.resources.filter { $0.name != Webhook.resource.name })
        // A name that only one part wants has no mark; so what goes away may take the mark of the other along.
        let lost = fewer.subtracting(all)
        #expect(lost.count < fewer.count / 20, "\(lost.sorted())")
    }

    /// With what components stand for in their places, but for those that routes name themselves.
    private func resolved(_ value: JSONValue, _ document: JSONValue, _ own: Set<String>) -> JSONValue {
        switch value {
        case .array(let items): return .array(items.map { resolved($0, document, own) })
        case .object(let object):
            if let path = object["$ref"]?.stringValue?.split(separator: "/").map(String.init), path.count == 4 {
                let isOwn =
                    path[2] == "schemas"
                    ? own.contains(path[3]) : ["IdempotencyKey", "TooManyRequests"].contains(path[3])
                return isOwn ? value : resolved(document["components"][path[2]][path[3]], document, own)
            }
            return .object(
                JSONObject(object.members.map { .init(name: $0.name, value: resolved($0.value, document, own)) })
            )
        default: return value
        }
    }
}

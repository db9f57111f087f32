import ArgumentParser
import Foundation
import Koi
import KoiJSON
import KoiSQLite

/// Times a search for one word by who sees everything, and by a user who sees one record in a hundred.
struct OwnSearch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Milliseconds of a search, for who sees all and for who sees one percent."
    )

    @Option(help: "A data folder in which no Koi runs; it is not changed.")
    var data: String

    @Option(help: "The word to search for.")
    var word: String

    func run() throws {
        let scratch = try Scratch(copyOf: data)
        let app = try scratch.app()
        let user = try give(to: app)
        let salesperson = try app.perform { try Actor.user(user, kind: .system, in: $0.catalog, $0.connection) }
        let all = try milliseconds(app, .system)
        let own = try salesperson.map { try milliseconds(app, $0) } ?? .infinity
        app.database.close()
        print(String(format: "%.2f %.2f", all, own))
    }

    /// Makes a user the owner of every hundredth customer.
    private func give(to app: App) throws -> Int64 {
        let user = try app.perform {
            try RecordService(User.resource, $0).add(["name": "Bench", "role": .integer(Role.salesID)]).id
        }
        let last = try app.perform { transaction in
            try transaction.connection.first("SELECT max(id) FROM customers") { $0.int(0) } ?? 0
        }
        for start in stride(from: 100, through: last, by: 50_000) {
            try app.perform { transaction in
                let service = RecordService(Customer.resource, transaction)
                for id in stride(from: start, to: min(start + 50_000, last + 1), by: 100) {
                    _ = try? service.change(id, ["owner": .integer(user)])
                }
            }
        }
        return user
    }

    /// The median of 51 runs.
    private func milliseconds(_ app: App, _ actor: Actor) throws -> Double {
        let word = word
        var query = ListQuery()
        query.search = word
        let search = query
        let times = try app.perform(as: actor) { transaction in
            try (0..<51).map { _ in
                let start = DispatchTime.now().uptimeNanoseconds
                let page = try RecordSearch(Customer.resource, transaction).list(word, search)
                guard !page.isEmpty else { return Double.infinity }
                return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6
            }
        }
        return times.sorted()[times.count / 2]
    }
}

import ArgumentParser
import Koi
import Logging

/// `koi demo`: fills an empty data folder with a made-up company.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Fill an empty data folder with a believable company.",
        discussion: """
            The same numbers make the same company. Refuses a folder that has customers, or that Koi is serving. \
            Standard output has three lines: KOI_EMAIL= and KOI_PASSWORD= to sign in with, as its administrator, and \
            KOI_KEY= with an API key. All of its people have that password.
            """
    )

    @OptionGroup var options: DataOptions

    @Option(help: ArgumentHelp("How many customers it has.", valueName: "NUMBER"))
    var customers = 300

    @Option(
        help: ArgumentHelp(
            "How many leads came in during its year, and what became of them; 200 where it has at most 1000 customers, else none.",
            valueName: "NUMBER"
        )
    )
    var leads: Int?

    @Option(help: ArgumentHelp("Another number makes another company.", valueName: "NUMBER"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "The last day of the year that it looks back on.",
            valueName: "YYYY-MM-DD"
        )
    )
    var until = DemoCompany.lastDay

    func validate() throws {
        guard (1...10_000_000).contains(customers) else {
            throw ValidationError("--customers must be a number from 1 to 10000000.")
        }
        guard (0...100_000).contains(leads ?? 0) else {
            throw ValidationError("--leads must be a number from 0 to 100000.")
        }
        _ = try lastDay()
    }

    func run() throws {
        let configuration = try options.configuration()
        let leads = leads ?? (customers <= 1_000 ? 200 : 0)
        let company = DemoCompany(size: customers, leads: leads, seed: seed, end: try lastDay())
        let signIn = DemoSignIn(randomness: configuration.randomness)
        let key = try Failure.explained(configuration) {
            let workspace = try Workspace(configuration, logger: LogLines.logger(.warning))
            defer { workspace.close() }
            try company.found(in: workspace.app, signIn: signIn, progress: report)
            let request = try KeyRequest(name: "demo", user: nil)
            return try workspace.app.perform { try request.make(in: $0) }
        }
        Output.explain(
            "The demo company lies in \(configuration.dataFolder), with \(customers) customers and \(leads) leads."
        )
        Output.give("KOI_EMAIL=\(signIn.email)")
        Output.give("KOI_PASSWORD=\(signIn.password)")
        Output.give("KOI_KEY=\(key)")
    }

    private func report(_ stored: Int) {
        guard stored % 10_000 == 0, stored < customers else { return }
        Output.explain("\(stored) of \(customers) customers …")
    }

    /// Years in which the company's past and the ends of its contracts have four digits.
    private func lastDay() throws -> CalendarDate {
        guard let day = CalendarDate(until), (1_990...9_000).contains(day.year) else {
            throw ValidationError("--until must be a day that exists, as YYYY-MM-DD, from 1990 on.")
        }
        return day
    }
}

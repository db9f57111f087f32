import ArgumentParser

/// What `scripts/bench` measures without the server: the bare statements of a create, and searches within what one user
/// sees.
///
/// Not part of the product.
@main
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "koi-bench",
        abstract: "Measurements that need no server; scripts/bench calls them.",
        subcommands: [BareCreates.self, OwnSearch.self]
    )
}

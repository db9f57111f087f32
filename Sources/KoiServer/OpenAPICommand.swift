import ArgumentParser
import Koi

/// `koi openapi`: prints the description of the API, as `openapi.yaml` has it.
struct OpenAPICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi",
        abstract: "Print the description of the API (OpenAPI 3.1, YAML)."
    )

    func run() throws {
        print(try OpenAPI().yaml(), terminator: "")
    }
}

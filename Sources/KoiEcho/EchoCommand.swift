import ArgumentParser
import Dispatch
import Glibc
import KoiHTTP
import Logging

/// `koi-echo`: the HTTP server of Koi without Koi, so that it can be judged by itself with the test suites of others.
@main
struct EchoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "koi-echo",
        abstract: "Answer every HTTP request with its own body.",
        discussion: """
            /echo answers with the fields of the request and /cookie with its cookies, a line for each; any other path \
            with the body that was sent, or OK. Not part of the product.
            """
    )

    @Option(help: "The address to listen on, in numbers.") var host = "127.0.0.1"
    @Option(help: "The port; 0 lets the system choose.") var port: Int

    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("--port: give a whole number from 0 to 65535.")
        }
    }

    func run() throws {
        // A client that hangs up must not end the server.
        signal(SIGPIPE, SIG_IGN)
        let limits = Limits()
        let server = try Server(
            listeners: [.tcp(host: host, port: port)],
            loops: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            limits: limits,
            application: Echo(limits: limits),
            logger: Logger(label: "koi-echo"),
            spoolFolder: "/tmp"
        )
        server.start()
        for case .tcp(let host, let port) in server.boundAddresses {
            let name = host.contains(":") ? "[\(host)]" : host
            print("koi-echo serves at http://\(name):\(port)")
        }
        fflush(nil)
        dispatchMain()
    }
}

import Glibc
import Koi
import KoiJSON

/// `koi export --company`: has the running Koi write all that the company has, and takes the file.
struct CompanyExporter {
    private let client: LocalClient
    private let transfer: LocalTransfer

    init(_ folder: DataFolder, _ transfer: LocalTransfer) {
        client = LocalClient(folder: folder)
        self.transfer = transfer
    }

    func run(_ write: ([UInt8]) throws -> Void) throws {
        StopRequest.watch()
        let made = try client.send("POST", "/v1/exports")
        guard let id = made["id"]?.integerValue else { throw Failure("The running Koi gave no number for the export.") }
        let path = "/v1/exports/\(id)"
        // The file stays with whoever asked for it, and nowhere else.
        defer { _ = try? client.send("DELETE", path) }
        try wait(for: path)
        try transfer.receive(path + "/file", as: "*/*") { piece in
            try StopRequest.check()
            try write(piece)
        }
    }

    private func wait(for path: String) throws {
        while true {
            try StopRequest.check()
            switch try client.get(path)["state"]?.stringValue {
            case "running": usleep(100_000)
            case "ready": return
            default: throw Failure("The export could not be written; the log says why.")
            }
        }
    }
}

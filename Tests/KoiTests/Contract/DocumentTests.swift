import Foundation
import KoiHTTP
import Testing

@testable import Koi

/// The documents fail here where the program has gone on without them.
struct `The documents` {
    @Test func `list the options of koi serve as the program has them`() throws {
        let table = try Document("README.md").between("<!-- options -->", "<!-- end of options -->")
        #expect(table == Options.markdown)
    }

    @Test func `name every queue and no other`() throws {
        let table = try Document("ARCHITECTURE.md").between(
            "<!-- queues -->",
            "<!-- end of queues -->"
        )
        // A last part in capitals stands for a number.
        let named = Set(table.matches(of: /`(koi[a-z.]*[a-z])(\.N)?`/).map { String($0.1) })
        let queues = try Document.queues()
        #expect(named == queues)
    }

    @Test func `name every folder of the product and no other`() throws {
        let table = try Document("ARCHITECTURE.md").between(
            "<!-- folders -->",
            "<!-- end of folders -->"
        )
        let named = Set(
            table.matches(of: /^\| `([A-Za-z]+)\/`/.anchorsMatchLineEndings()).map { String($0.1) }
        )
        let folders = try Document.folders(of: "Sources/Koi")
        #expect(named == folders)
    }

    @Test func `name every resource and every route beside those of the resources`() throws {
        let text = try Document("README.md").text
        let resources = Set(Routes.resources.map { "/v1/" + $0.name })
        for resource in resources { #expect(text.contains("`\(resource)`"), "\(resource)") }
        for route in Routes.all(of: []) where !route.pattern.hasPrefix("/local/") {
            #expect(
                text.contains("`\(route.method.rawValue) \(route.pattern)`"),
                "\(route.pattern)"
            )
        }
    }

    @Test(arguments: ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
    func `lead to files that are there`(name: String) throws {
        let text = try Document(name).text
        for link in text.matches(of: /\]\(([A-Za-z][A-Za-z0-9_.\/-]*)(#[a-z-]*)?\)/) {
            let path = String(link.1)
            #expect(
                FileManager.default.fileExists(atPath: Document.root.appending(path: path).path),
                "\(path)"
            )
        }
        // Paths between backticks with a folder in front of them.
        for link in text.matches(of: /`((?:Sources|Tests|scripts)\/[A-Za-z0-9_.+\/-]*)`/) {
            let path = String(link.1)
            #expect(
                FileManager.default.fileExists(atPath: Document.root.appending(path: path).path),
                "\(path)"
            )
        }
    }
}

/// A document at the top of the tree.
private struct Document {
    static let root = URL(filePath: #filePath).appending(path: "../../../..").standardized

    let text: String

    init(_ name: String) throws {
        text = try String(contentsOf: Document.root.appending(path: name), encoding: .utf8)
    }

    /// What stands between two lines.
    func between(_ first: String, _ last: String) throws -> String {
        let start = try #require(text.range(of: first + "\n"))
        let end = try #require(text.range(of: last, range: start.upperBound..<text.endIndex))
        return String(text[start.upperBound..<end.lowerBound])
    }

    /// The labels of all queues that the sources make, without a number at their end.
    static func queues() throws -> Set<String> {
        var labels: Set<String> = []
        let folder = root.appending(path: "Sources").path
        for path in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String })
            ?? []
        where path.hasSuffix(".swift") && !path.hasPrefix("KoiBench") {
            let source = try String(contentsOfFile: folder + "/" + path, encoding: .utf8)
            for match in source.matches(
                of: /DispatchQueue\(\s*label: "([a-z.]+?)\.?(?:\\\([a-z]+\))?"/
            ) {
                labels.insert(String(match.1))
            }
        }
        return labels
    }

    static func folders(of path: String) throws -> Set<String> {
        let folder = root.appending(path: path)
        let keys: [URLResourceKey] = [.isDirectoryKey]
        return Set(
            try FileManager.default.contentsOfDirectory(
                at: folder,
                includingPropertiesForKeys: keys
            )
            .filter { try $0.resourceValues(forKeys: Set(keys)).isDirectory ?? false }
            .map(\.lastPathComponent)
        )
    }
}

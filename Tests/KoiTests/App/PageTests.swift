import Foundation
import KoiHTTP
import Testing

@testable import Koi

struct `The pages` {
    private static let folder = Bundle.web

    private func get(_ segments: String...) throws -> Response {
        let files = StaticFiles(folder: Self.folder, fields: PageSecurity.fields)
        let head = try RequestHead(.get, "/" + segments.joined(separator: "/"))
        return try #require(files.response(for: segments, request: head))
    }

    @Test func `come with a policy that keeps everything foreign out`() throws {
        let fields = try get().fields
        let policy = try #require(fields["Content-Security-Policy"])
        #expect(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe"))
        #expect(fields["X-Content-Type-Options"] == "nosniff")
        #expect(fields["Referrer-Policy"] == "no-referrer")
    }

    @Test func `have no script or style within, and load nothing from elsewhere`() throws {
        for name in StaticFiles(folder: Self.folder).names {
            let text = try text(of: name)
            #expect(!text.contains("innerHTML") && !text.contains("style="), "\(name)")
            #expect(
                !text.contains(/(src|href|url\(|from |@import )\s*["']?(https?:)?\/\//),
                "\(name)"
            )
            #expect(!text.contains(/<script(?![^>]* src=)/) && !text.contains("<style"), "\(name)")
        }
    }

    @Test(arguments: StaticFiles(folder: folder).names.filter { $0.hasSuffix(".html") })
    func `stay small with all that they load`(page: String) throws {
        var loaded: Set<String> = []
        var waiting = [page]
        while let name = waiting.popLast() {
            guard loaded.insert(name).inserted else { continue }
            waiting += try text(of: name)
                .matches(of: /(?:src="\/|rel="stylesheet" href="\/|from "\.\/)([a-z.-]+)"/).map { String($0.1) }
        }
        let bytes = try loaded.reduce(0) { try $0 + text(of: $1).utf8.count }
        #expect(loaded.count > 5 && bytes < 100_000)
    }

    @Test func `say everything in both languages`() throws {
        let names = try ["english.js", "chinese.js"].map { file in
            Set(try text(of: file).matches(of: /^  (\w+): "/.anchorsMatchLineEndings()).map { String($0.1) })
        }
        #expect(names[0] == names[1] && !names[0].isEmpty)
    }

    @Test func `have words for all that they say`() throws {
        let known = try text(of: "english.js")
        for name in StaticFiles(folder: Self.folder).names {
            for word in try text(of: name).matches(of: /(?:data-(?:text|label|placeholder)="|say\(")(\w+)"/) {
                #expect(known.contains("\n  \(word.1): \""), "\(name): \(word.1)")
            }
        }
    }

    private func text(of name: String) throws -> String {
        guard case .bytes(let bytes) = try get(name).body else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Bundle {
    /// The folder of the pages as the product has it.
    fileprivate static var web: String {
        URL(filePath: #filePath).appending(path: "../../../../Sources/Koi/Web").standardized.path
    }
}

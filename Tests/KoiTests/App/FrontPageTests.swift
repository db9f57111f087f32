import Foundation
import KoiHTTP
import Testing

@testable import Koi

struct `The front page` {
    private static let folder = Bundle.web

    private func get(_ segments: String...) throws -> Response {
        let files = StaticFiles(folder: Self.folder, fields: PageSecurity.fields)
        let head = try RequestHead(.get, "/" + segments.joined(separator: "/"))
        return try #require(files.response(for: segments, request: head))
    }

    @Test func `comes with a policy that keeps everything foreign out`() throws {
        let fields = try get().fields
        let policy = try #require(fields["Content-Security-Policy"])
        #expect(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe"))
        #expect(fields["X-Content-Type-Options"] == "nosniff")
        #expect(fields["Referrer-Policy"] == "no-referrer")
    }

    @Test func `has no script or style within, loads nothing from elsewhere and stays small`()
        throws
    {
        var bytes = 0
        for name in StaticFiles(folder: Self.folder).names {
            guard case .bytes(let content) = try get(name).body else { continue }
            bytes += content.count
            let text = String(decoding: content, as: UTF8.self)
            #expect(!text.contains("innerHTML") && !text.contains("style="), "\(name)")
            #expect(
                !text.contains(/(src|href|url\(|from |@import )\s*["']?(https?:)?\/\//),
                "\(name)"
            )
            #expect(!text.contains(/<script(?![^>]* src=)/) && !text.contains("<style"), "\(name)")
        }
        #expect(bytes > 0 && bytes < 100_000)
    }

    @Test func `says everything in both languages`() throws {
        guard case .bytes(let bytes) = try get("words.js").body else { return }
        let parts = String(decoding: bytes, as: UTF8.self).components(separatedBy: "  zh: {")
        let names = parts.map { part in
            Set(
                part.matches(of: /^    ([a-zA-Z]+): "/.anchorsMatchLineEndings()).map {
                    String($0.1)
                }
            )
        }
        #expect(names.count == 2 && names[0] == names[1] && !names[0].isEmpty)
    }
}

extension Bundle {
    /// The folder of the pages as the product has it.
    fileprivate static var web: String {
        URL(filePath: #filePath).appending(path: "../../../../Sources/Koi/Web").standardized.path
    }
}

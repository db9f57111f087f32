import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

extension TestApp {
    /// Sends a file to be imported.
    @discardableResult
    func upload(
        _ text: String,
        as resource: String = "customers",
        type: String = "text/csv",
        query: String = ""
    ) throws -> TestAnswer {
        try upload(Array(text.utf8), as: resource, type: type, query: query)
    }

    @discardableResult
    func upload(
        _ bytes: [UInt8],
        as resource: String = "customers",
        type: String = "text/csv",
        query: String = ""
    ) throws -> TestAnswer {
        try send(.post, "/v1/imports?resource=\(resource)\(query)", bytes, type: type)
    }

    /// Begins an import, has all of its rows taken in, and says what came of it.
    @discardableResult
    func execute(_ id: Int64, _ settings: JSONValue? = nil) throws -> TestAnswer {
        if let settings {
            let changed = try request(.patch, "/v1/imports/\(id)", settings)
            #expect(changed.status == .ok, "\(changed.text)")
        }
        let begun = try request(.put, "/v1/imports/\(id)/execution")
        #expect(begun.status == .accepted, "\(begun.text)")
        try worker(ImportJob.kind, ImportUndo.kind).runDue()
        return try request(.get, "/v1/imports/\(id)")
    }

    /// Sends a file and has it taken in.
    @discardableResult
    func take(
        _ text: String,
        as resource: String = "customers",
        type: String = "text/csv",
        _ settings: JSONValue? = nil
    ) throws -> TestAnswer {
        let made = try upload(text, as: resource, type: type)
        #expect(made.status == .created, "\(made.text)")
        return try execute(try #require(made["id"].integerValue), settings)
    }
}

import KoiHTTP
import KoiJSON

/// What came of one operation of a batch.
struct BatchResult {
    private let id: String?
    let status: Status
    private let location: String?
    private let tag: String?
    /// JSON: what the operation answered, or its problem; empty where it answered nothing.
    private var body: [UInt8]
    /// Whether its body was left out.
    private var isOmitted = false

    var hasFailed: Bool { status.code >= 400 }

    init(_ id: String?, _ answer: Answer) {
        self.id = id
        status = answer.status
        location = answer.field("Location")
        tag = answer.field("ETag")
        body = answer.bytes
    }

    init(_ id: String?, _ problem: Problem, _ call: Call) {
        self.id = id
        status = problem.status
        location = nil
        tag = nil
        let response = problem.response(language: call.language, requestID: call.request.id)
        body = if case .bytes(let bytes) = response.body { bytes } else { [] }
    }

    /// The bodies of all results together; what is beyond it is left out, and can be read by itself.
    static let maximumSize = 3 << 20

    /// The answer to a batch.
    static func document(_ results: [BatchResult]) -> [UInt8] {
        var json = JSONWriter(capacity: 256 + results.count * 512)
        json.beginObject()
        json.key("failed")
        json.integer(Int64(results.count { $0.hasFailed }))
        json.key("results")
        json.beginArray()
        for result in results { result.write(&json) }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    /// Without its body where there is no room left for that.
    func within(_ room: inout Int) -> BatchResult {
        guard body.count > room else {
            room -= body.count
            return self
        }
        var copy = self
        copy.body = []
        copy.isOmitted = true
        return copy
    }

    private func write(_ json: inout JSONWriter) {
        json.beginObject()
        if let id {
            json.key("id")
            json.string(id)
        }
        json.key("status")
        json.integer(Int64(status.code))
        if let location {
            json.key("location")
            json.string(location)
        }
        if let tag {
            json.key("etag")
            json.string(tag)
        }
        if isOmitted {
            json.key("omitted")
            json.bool(true)
        } else if !body.isEmpty {
            json.key("body")
            body.withUnsafeBufferPointer { json.raw($0) }
        }
        json.endObject()
    }
}

extension Answer {
    /// Its content; empty for what is none of JSON.
    var bytes: [UInt8] {
        if case .bytes(let bytes) = body { bytes } else { [] }
    }

    var json: JSONValue { (try? JSONReader.read(bytes)) ?? .null }

    func field(_ name: String) -> String? {
        allFields.first { $0.name == name }?.value
    }
}

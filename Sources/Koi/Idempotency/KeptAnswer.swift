import KoiHTTP
import KoiJSON
import KoiSQLite

/// The answer to a request that named itself, as a row of `kept_answers` has it.
struct KeptAnswer {
    /// A record whose fields the answer shows.
    struct Told: Sendable, Equatable {
        let resource: String
        let record: Int64
        /// Whether who asked saw it by itself; whoever gives a record away is told once more what was stored.
        let isSeen: Bool
    }

    let id: Int64
    /// Nil once somebody of whom it told was erased.
    let fingerprint: [UInt8]?
    /// Of what who asked might do.
    let rights: [UInt8]
    let status: Int64
    let location: String?
    let told: [Told]
    /// Status, fields and body, sealed; nil where it was too large, or somebody of whom it told was erased.
    let sealed: [UInt8]?

    static let columns = "id, fingerprint, rights, status, location, told, answer"

    init(_ row: Row) {
        id = row.int(0)
        fingerprint = row.isNull(1) ? nil : row.blob(1)
        rights = row.blob(2)
        status = row.int(3)
        location = row.textOrNil(4)
        told = KeptAnswer.told(row.text(5))
        sealed = row.isNull(6) ? nil : row.blob(6)
    }

    /// Reads `["customers", 7, true, "customers", 9, false]`.
    static func told(_ text: String) -> [Told] {
        let items = (try? JSONReader.read(Array(text.utf8)))?.arrayValue ?? []
        return stride(from: 0, to: items.count - items.count % 3, by: 3).compactMap { place in
            guard let resource = items[place].stringValue, let record = items[place + 1].integerValue else {
                return nil
            }
            return Told(resource: resource, record: record, isSeen: items[place + 2].boolValue ?? false)
        }
    }

    static func text(_ told: [Told]) -> String {
        JSONValue.array(told.flatMap { [.string($0.resource), .integer($0.record), .bool($0.isSeen)] }).text
    }
}

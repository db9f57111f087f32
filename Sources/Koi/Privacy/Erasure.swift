package import KoiJSON
import KoiSQLite

/// That a person was erased: what remains to prove it, and nothing of the person.
package struct Erasure: Sendable, Equatable {
    package let id: Int64
    package let subject: EventSubject
    /// The record's version once it was erased.
    package let version: Int64
    package let at: Int64
    /// On whose behalf; nil for Koi itself.
    package let user: Int64?
    /// How much was erased, by what it was.
    package let counts: JSONObject
    /// How many values were too short to be looked for in the file.
    package let tooShort: Int64
    /// When what it left in the unused space of the file had been overwritten.
    package let verifiedAt: Int64?
    package let occurrences: Int64?

    /// The columns in the order in which `init(row)` reads them.
    static let columns =
        "id, resource, record, version, at, \"user\", counts, \"tooShort\", \"verifiedAt\", occurrences"

    init(_ row: Row) {
        id = row.int(0)
        subject = EventSubject(resource: row.text(1), id: row.int(2))
        version = row.int(3)
        at = row.int(4)
        user = row.intOrNil(5)
        counts = (try? JSONReader.read(Array(row.text(6).utf8)))?.objectValue ?? [:]
        tooShort = row.int(7)
        verifiedAt = row.intOrNil(8)
        occurrences = row.intOrNil(9)
    }

    /// Its receipt.
    func receipt(_ backups: ErasureBackups) -> JSONValue {
        [
            "id": .integer(id),
            "resource": .string(subject.resource),
            "record": .integer(subject.id),
            "at": .string(Timestamp.text(at)),
            "user": user.map(JSONValue.integer) ?? .null,
            "state": verifiedAt == nil ? "erased" : "verified",
            "verifiedAt": verifiedAt.map { .string(Timestamp.text($0)) } ?? .null,
            "erased": .object(counts),
            "occurrences": occurrences.map(JSONValue.integer) ?? .null,
            "tooShort": .integer(tooShort),
            "backups": backups.json(before: verifiedAt ?? .max),
        ]
    }
}

/// The backups that were made before somebody's data was gone, and so still hold it.
struct ErasureBackups {
    private let backups: [BackupManifest]
    private let kept: Int
    /// When the next one is made; nil where none is made by itself.
    private let next: Int64?

    private static let day: Int64 = 86_400_000

    init(_ transaction: Transaction) throws {
        backups = transaction.catalog.backups.current
        kept = transaction.catalog.backups.kept
        next = try JobStore(transaction.connection).unfinished(named: BackupJob.name)?.due
    }

    func json(before time: Int64) -> JSONValue {
        let held = backups.filter { $0.createdAt <= time }
        return [
            "held": .array(held.map { .string($0.name.text) }),
            "goneBy": goneBy(held).map { .string(Timestamp.text($0)) } ?? .null,
        ]
    }

    /// One goes each night, once there are as many as are kept.
    private func goneBy(_ held: [BackupManifest]) -> Int64? {
        guard !held.isEmpty, let next else { return nil }
        let newer = backups.count - held.count
        return next + Int64(max(kept - newer - 1, 0)) * ErasureBackups.day
    }
}

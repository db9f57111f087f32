import KoiHTTP
import KoiJSON
import KoiSQLite

/// Answers a request that is sent again under its key with what it was answered first, and keeps the answer to one that is
/// sent for the first time, within the transaction of what it changes.
struct KeptAnswers {
    /// Of the fields and body together.
    ///
    /// A larger answer is not kept, while that its request was carried out is.
    static let maximumSize = 4 << 20
    /// Of all answers to one who asks within a minute; what is beyond it is not kept either.
    static let maximumSizePerMinute = 16 << 20

    private let transaction: Transaction
    private let store: KeptAnswerStore

    init(_ transaction: Transaction) {
        self.transaction = transaction
        store = KeptAnswerStore(transaction.connection)
    }

    /// What was answered before; nil for a request that was not carried out yet.
    ///
    /// - Throws: `Problem` 422 where the key belongs to another request, 409 where its answer cannot be shown again: whoever
    ///   may see less by now than then is not told what it was.
    func answer(to request: IdempotentRequest) throws -> Answer? {
        guard let kept = try store.find(request.mark) else { return nil }
        if let fingerprint = kept.fingerprint, fingerprint != request.fingerprint { throw Problem.idempotencyKeyReused }
        guard let sealed = kept.sealed, kept.rights == rights(to: kept.told), try maySee(kept.told),
            let plain = try? transaction.secrets.open(sealed, at: KeptAnswers.place(of: request)),
            let (answer, sightings) = Answer.kept(plain)
        else { throw Problem.answerNotKept(status: kept.status, location: kept.location) }
        transaction.saw(sightings)
        return answer
    }

    /// To be called once all else that the request causes is written.
    func keep(_ answer: Answer, to request: IdempotentRequest) throws {
        guard !transaction.leavesNoTrace else { return }
        let told = try transaction.told.map(told)
        try store.insert(
            request,
            rights: rights(to: told),
            status: answer.status.code,
            location: answer.location,
            told: told,
            sealed: sealed(answer, request),
            now: transaction.now
        )
    }

    /// Nil for what is too large, or no document: that the request was carried out is kept all the same.
    private func sealed(_ answer: Answer, _ request: IdempotentRequest) -> [UInt8]? {
        guard let plain = answer.keptBytes(transaction.sightings), plain.count <= KeptAnswers.maximumSize,
            !isTooMuch(plain.count, for: request)
        else { return nil }
        // Without a key file nothing can be sealed, but the request is none the worse for that.
        return try? transaction.secrets.seal(plain, at: KeptAnswers.place(of: request))
    }

    private func isTooMuch(_ bytes: Int, for request: IdempotentRequest) -> Bool {
        transaction.catalog.keptBytes.take(request.asker, times: bytes, at: transaction.now).isTooOften
    }

    /// Which records are seen is asked of each; so it does not matter who else has joined the team since.
    ///
    /// An answer that shows no record may show anything.
    private func rights(to told: [KeptAnswer.Told]) -> [UInt8] {
        transaction.actor.access.mark(of: told.isEmpty ? nil : Set(told.map(\.resource)))
    }

    private static func place(of request: IdempotentRequest) -> String { "kept_answers/" + Digest.hex(request.mark) }

    private func told(_ subject: EventSubject) throws -> KeptAnswer.Told {
        KeptAnswer.Told(
            resource: subject.resource,
            record: subject.id,
            isSeen: try sees(subject.resource, subject.id)
        )
    }

    private func maySee(_ told: [KeptAnswer.Told]) throws -> Bool {
        try told.allSatisfy { try !$0.isSeen || sees($0.resource, $0.record) }
    }

    /// Whether the actor sees a record, be it in the bin.
    private func sees(_ name: String, _ id: Int64) throws -> Bool {
        guard let resource = transaction.catalog.resources[name] else { return false }
        guard let condition = transaction.visibility(of: resource).of(id).condition else { return true }
        let found = try transaction.connection.first(
            "SELECT 1 FROM \(Dialect.quoted(name)) AS t WHERE t.id = ? AND \(condition.sql)",
            [.integer(id)] + condition.values
        ) { _ in true }
        return found ?? false
    }
}

extension Transaction {
    /// Notes that an answer is about the record that the path names, whatever of it the answer shows: a consent, a share.
    func tells(of asked: AskedRequest) {
        guard asked.route.permission == .records, let resource = asked.resource, catalog.resources[resource] != nil,
            let record = asked.record
        else { return }
        tells(of: record, resource)
    }
}

extension Answer {
    private static let replayed = "Idempotency-Replayed"

    /// Status, fields, what it shows that is held back from others, and body in one piece; nil for what is no document.
    fileprivate func keptBytes(_ sightings: Sightings) -> [UInt8]? {
        let content: [UInt8]
        switch body {
        case .none: content = []
        case .bytes(let bytes): content = bytes
        case .file, .stream, .events: return nil
        }
        let fields = allFields.flatMap { [JSONValue.string($0.name), .string($0.value)] }
        let head: JSONValue = [
            .array([.integer(Int64(status.code)), .string(status.reason)] + fields), sightings.json,
        ]
        return Array(head.text.utf8) + [0x0A] + content
    }

    /// The same answer, which says that it was given before, and what whoever is shown it sees.
    fileprivate static func kept(_ bytes: [UInt8]) -> (Answer, Sightings)? {
        guard let end = bytes.firstIndex(of: 0x0A),
            let parts = (try? JSONReader.read(Array(bytes[..<end])))?.arrayValue, parts.count == 2,
            let head = parts[0].arrayValue, let code = head.first?.integerValue.flatMap(Int.init(exactly:))
        else { return nil }
        let texts = head.dropFirst().compactMap(\.stringValue)
        let pairs = stride(from: 1, to: texts.count - 1, by: 2).map { (texts[$0], texts[$0 + 1]) }
        let answer = Answer(
            Status(code: code, reason: texts.first ?? ""),
            fields: Fields(pairs + [(Answer.replayed, "true")]),
            Array(bytes[(end + 1)...])
        )
        return (answer, Sightings(parts[1]))
    }

    fileprivate var location: String? { allFields.first { $0.name == "Location" }?.value }
}

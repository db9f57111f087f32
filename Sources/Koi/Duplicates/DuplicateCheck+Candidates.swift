import KoiJSON

/// Which records a new one may be, for whoever would rather have that one.
extension DuplicateCheck {
    /// A record that one may be.
    struct Candidate {
        /// Nil where it is named by somebody.
        let duplicate: Duplicate?
        let record: Record
    }

    /// Those that the actor sees, the likeliest first: of which a new one would be refused, and, where there is none, those of
    /// the same name, of which it would not.
    func alike(_ record: Record) throws -> (certain: [Candidate], named: [Candidate]) {
        let resource = record.resource
        guard resource.findsDuplicates else { return ([], []) }
        let likeness = try DuplicateIndex(resource, transaction.connection).likeness(of: record)
        let certain = try found(record, likeness).shown.map { Candidate(duplicate: $0.duplicate, record: $0.record) }
        let held = transaction.actor.access.restrictions(of: resource.name)
        let sees: (Field) -> Bool = { held.reading($0.name) == .clear }
        guard certain.isEmpty, let name = resource.field("name"), sees(name) else { return (certain, []) }
        let store = RecordStore(resource, transaction.connection)
        let visibility = transaction.visibility(of: resource)
        let own = DuplicateTraits(record, where: sees)
        let alike = likeness.shared.filter { $0.value.contains(.name) }.keys.sorted()
        let named = try alike.prefix(DuplicateCheck.maximumCompared).compactMap { id in
            try store.find(id, visibility).map { other in
                Candidate(duplicate: Duplicate(of: id, own, DuplicateTraits(other, where: sees)), record: other)
            }
        }
        return ([], named)
    }

    /// As a problem names it.
    func json(_ candidate: Candidate) -> JSONValue {
        if let duplicate = candidate.duplicate { return self.candidate(duplicate, candidate.record) }
        return ["id": .integer(candidate.record.id), "score": .integer(Duplicate.highestScore), "reasons": []]
    }
}

import KoiJSON

/// What an event means to one who keeps a copy of the records that they may see.
struct Change {
    /// What to do with the copy of the record.
    enum Effect: String, CaseIterable {
        /// Keep what `record` says.
        case stored
        /// The same; until here it was out of sight.
        case entered
        /// Forget it: it is out of sight from here on.
        case left
        /// Forget it: it lies in the bin.
        case removed
        /// Forget everything and begin anew: what one may see has changed for other reasons than the records.
        case reset
    }

    let sequence: Int64
    /// Milliseconds since 1970.
    let at: Int64
    let type: String
    let effect: Effect
    /// Nil for a reset.
    let resource: Resource?
    let record: Int64
    /// The record as it is when this is read, as far as the reader may see it; nil where it is to be forgotten.
    let json: [UInt8]?
    /// What changed, as the log has it.
    let payload: JSONObject?

    /// As the feed has it.
    func write(into json: inout JSONWriter) {
        json.beginObject()
        json.key("sequence")
        json.integer(sequence)
        json.key("at")
        json.timestamp(at)
        json.key("type")
        json.string(type)
        json.key("effect")
        json.string(effect.rawValue)
        json.key("subject")
        writeSubject(into: &json)
        json.key("record")
        if let bytes = self.json { bytes.withUnsafeBufferPointer { json.raw($0) } } else { json.null() }
        if let into = payload?["into"] {
            json.key("into")
            json.value(into)
        }
        json.endObject()
    }

    func writeSubject(into json: inout JSONWriter) {
        guard let resource else { return json.null() }
        json.beginObject()
        json.key("resource")
        json.string(resource.name)
        json.key("id")
        json.integer(record)
        json.endObject()
    }
}

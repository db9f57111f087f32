import KoiJSON

/// Records that leave Koi as a table: who took how many is an event, by which values they were chosen is not in it.
struct Export: Sendable {
    private let resource: String
    private let parameters: [String]
    private let rows: Int

    init(_ resource: Resource, parameters: [Parameter], rows: Int) {
        self.resource = resource.name
        self.parameters = parameters.map(\.name)
        self.rows = rows
    }

    /// Writes the event, which is about the resource and none of its records.
    @Sendable func log(_ transaction: Transaction) throws {
        try transaction.events.append(
            Event(
                type: resource + ".exported",
                subject: EventSubject(resource: resource, id: EventSubject.noRecord),
                payload: [
                    "after": [
                        "format": "csv",
                        "parameters": .array(parameters.map(JSONValue.string)),
                        "rows": .integer(Int64(rows)),
                    ]
                ]
            ),
            in: transaction
        )
    }
}

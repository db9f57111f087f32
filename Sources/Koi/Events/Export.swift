import KoiJSON

/// Records that leave Koi as a file: who took how many is an event, by which values they were chosen is not in it.
struct Export: Sendable {
    private let resource: String
    private let parameters: [String]
    private let form: ExportForm
    /// How many there were when it began; nil where that is not known.
    private let rows: Int?
    /// Where they were not listed as such.
    private let report: String?

    init(
        _ resource: Resource,
        _ form: ExportForm = .csv,
        parameters: [Parameter],
        rows: Int?,
        report: String? = nil
    ) {
        self.report = report
        self.form = form
        self.resource = resource.name
        self.parameters = parameters.map(\.name)
        self.rows = rows
    }

    /// Writes the event, which is about the resource and none of its records.
    @Sendable func log(_ transaction: Transaction) throws {
        var after: JSONObject = [
            "format": .string(form.rawValue),
            "parameters": .array(parameters.map(JSONValue.string)),
            "rows": rows.map { .integer(Int64($0)) } ?? .null,
        ]
        if let report { after["report"] = .string(report) }
        try transaction.events.append(
            Event(
                type: resource + ".exported",
                subject: EventSubject(resource: resource, id: EventSubject.noRecord),
                payload: ["after": .object(after)]
            ),
            in: transaction
        )
    }
}

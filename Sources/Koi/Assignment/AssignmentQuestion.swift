import KoiJSON
import KoiSQLite

/// Who would get a record: one that is there, or one that might be made.
struct AssignmentQuestion {
    static let body = BodyFields([
        .choice("resource", "Resource", "对象", Assignable.all.map(\.choice)).fallback("leads"),
        .integer("record", "Record", "记录", 1...Int64.max)
            .noted("The number of a record that is there.", "已有记录的编号。").example(17),
        Field("fields", .object, Text("Fields", "字段"))
            .noted("What a record would be made with, in place of a number.", "以拟新建记录的字段代替编号。")
            .example(["name": "王芳", "industry": "机械"]),
        .time("at", "At", "时间").noted("When it would be; now where it is not said.", "假设的时间，默认为当前。"),
    ])

    private let record: Record
    private let at: Int64?
    private let transaction: Transaction

    /// - Throws: `Problem` where there is no such record, it could not be made, or the actor may not give such records to people.
    init(_ object: JSONObject, _ transaction: Transaction) throws {
        let values = try AssignmentQuestion.body.read(object)
        self.transaction = transaction
        at = values["at"]?.stringValue.flatMap(Timestamp.read)
        guard let resource = values["resource"]?.stringValue.flatMap({ transaction.catalog.resources[$0] }) else {
            throw Problem.invalid([AssignmentQuestion.neither.issue(field: "resource")])
        }
        // Whom the rules name, what they have and who is absent is for those who give records to others.
        guard transaction.actor.access.scope(.assign, on: resource.name) > .own else {
            throw Problem.notPermitted(.assign, resource.name)
        }
        switch (values["record"]?.integerValue, values["fields"]?.objectValue) {
        case (let id?, nil): record = try RecordService(resource, transaction).find(id)
        case (nil, let fields?): record = try AssignmentQuestion.draft(resource, fields, transaction)
        default: throw Problem.invalid([AssignmentQuestion.neither.issue(field: "record")])
        }
    }

    /// A record as it would be just before it is stored.
    private static func draft(_ resource: Resource, _ fields: JSONObject, _ transaction: Transaction) throws -> Record {
        var issues: [Problem.Issue] = []
        var record = Record(resource)
        resource.rules.begin(&record, in: transaction)
        let body = try ExternalReferences(transaction).resolved(fields, resource.field, &issues)
        RecordDraft(resource, transaction).fill(&record, from: body, isNew: true, &issues)
        try RecordPermission(resource, transaction).checkNew(&record)
        record["version"] = 1
        record["createdAt"] = .string(Timestamp.text(transaction.now))
        record["updatedAt"] = record["createdAt"]
        try resource.rules.check(&record, before: nil, issues: &issues, in: transaction)
        try ReferenceCheck(transaction).check(record, before: nil, issues: &issues)
        guard issues.isEmpty else { throw Problem.invalid(issues.map { $0.within("fields") }) }
        return record
    }

    /// The decision as it would be written down; one who has the record now would not get it again.
    func answer() throws -> JSONValue {
        let resource = record.resource
        let owner = resource.ownerField.flatMap { record[$0].integerValue }
        guard let assignable = Assignable.of(resource), let desk = AssignmentDesk(resource, transaction, at: at) else {
            throw Problem.unforeseen
        }
        // What is made closed, or with an owner, is not given to anybody.
        guard record.id > 0 || assignable.isOpen(record) && owner == nil else { return AssignmentDecision().json }
        return try desk.decide(record, excluding: record.id == 0 ? nil : owner).json
    }

    private static let neither = ValueRefusal(
        "record_or_fields",
        "Send either the number of a record or the fields of one.",
        "请填写记录编号或拟新建记录的字段之一。"
    )
}

import KoiJSON
import KoiSQLite

/// A way that deals go, from stage to stage.
package enum Pipeline {
    package static let resource = Resource(
        "pipelines",
        singular: "pipeline",
        Text("pipeline", "销售流程"),
        plural: Text("pipelines", "销售流程"),
        isMirrored: false,
        rules: PipelineRules(),
        fields: [
            .text("name", "Name", "名称", max: 100).required().example("Standard"),
            .boolean("main", "Main pipeline", "主流程").fallback(false)
                .noted(
                    "The one of deals that name none; making one the main one takes that from the other.",
                    "未指定流程的商机使用主流程；设为主流程时原主流程不再是主流程。"
                ),
            .text("notes", "Notes", "备注", max: 10_000, .multiline).unsorted(),
        ]
    )

    /// The main one; nil where there is none.
    static func main(_ connection: Connection) throws -> Int64? {
        try connection.first(
            "SELECT id FROM pipelines WHERE main = 1 AND \"removedAt\" IS NULL ORDER BY id LIMIT 1"
        ) { $0.int(0) }
    }
}

/// There is one main pipeline, and none goes that has stages.
struct PipelineRules: RecordRules {
    func saved(_ record: Record, before: Record?, in transaction: Transaction) throws {
        try MainRecord.follow(record, before: before, in: transaction)
    }

    func removing(_ record: Record, in transaction: Transaction) throws {
        let stage = try transaction.connection.first(
            "SELECT 1 FROM stages WHERE pipeline = ? AND \"removedAt\" IS NULL LIMIT 1",
            [.integer(record.id)]
        ) { _ in true }
        guard stage == nil else {
            throw Problem.conflict(
                "pipeline_in_use",
                Text("The pipeline has stages. Remove them first.", "该流程仍有阶段，请先删除。")
            )
        }
    }
}

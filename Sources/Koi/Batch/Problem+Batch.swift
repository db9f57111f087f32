import KoiHTTP

extension Problem {
    static let notInBatch = Problem(
        .unprocessableContent,
        "not_in_batch",
        Text(
            "A batch takes writes and the reading of single records; send this by itself.",
            "批处理只接受写入和读取单条记录的操作，请单独发送此请求。"
        )
    )

    /// What an operation refers to did not come about.
    static let failedBefore = Problem(
        Status(code: 424, reason: "Failed Dependency"),
        "ref_failed",
        Text("The operation to which this one refers has failed.", "此操作所引用的操作已失败。")
    )

    static let nothingThere = Problem(
        .unprocessableContent,
        "ref_empty",
        Text(
            "The answer to which this operation refers has no such member, or none that can stand here.",
            "此操作所引用的答复中没有该成员，或其值不能用在此处。"
        )
    )

    static let batchTooLong = Problem(
        .serviceUnavailable,
        "batch_too_long",
        Text(
            "The operations before this one took all the time that a batch has. Send this and what follows in a batch of its own.",
            "之前的操作已用完批处理的时间。请将此操作及之后的操作放入新的批处理。"
        )
    )

    static let batchTooLongAtomic = Problem(
        .serviceUnavailable,
        "batch_too_long",
        Text(
            "All operations together take longer than a batch may. Split them into smaller batches.",
            "全部操作的耗时超过批处理的时限，请拆分为更小的批处理。"
        )
    )

    /// The problem of an operation for which all others are undone.
    ///
    /// - Parameter index: its place, from 0.
    func failing(_ index: Int, of count: Int, _ id: String?) -> Problem {
        let place = "operations[\(index)]"
        let name = id.map { place + " (" + $0 + ")" } ?? place
        let text = Text(
            "Nothing was stored: of \(count) operations, \(name) failed. \(detail.en)",
            "未保存任何内容：\(count) 个操作中的 \(name) 失败。\(detail.zh)"
        )
        let named =
            issues.isEmpty
            ? [Issue(field: place, code: code, message: detail)] : issues.map { $0.within(place) }
        var problem = Problem(status, code, text, issues: named, fields: fields)
        problem.members = members
        return problem
    }
}

import KoiJSON
import KoiSQLite

/// A file that somebody sent: a row of `files`.
struct StoredFile: Sendable {
    let id: Int64
    let sha256: String
    let name: String
    let type: String
    let size: Int64
    let user: Int64?
    /// The message that it goes with; nil where nothing has it yet.
    let message: Int64?

    /// The columns in the order in which `init(row)` reads them, of alias `f`.
    static let columns = "f.id, f.sha256, f.name, f.type, f.size, f.\"user\", f.message"

    init(_ row: Row) {
        id = row.int(0)
        sha256 = row.text(1)
        name = row.text(2)
        type = row.text(3)
        size = row.int(4)
        user = row.intOrNil(5)
        message = row.intOrNil(6)
    }

    var json: JSONObject {
        [
            "id": .integer(id), "name": .string(name), "type": .string(type), "size": .integer(size),
            "sha256": .string(sha256),
        ]
    }
}

/// The files that people sent, to go with messages.
struct Files {
    /// In bytes.
    static let maximumSize = 25 << 20
    static let longestName = 200
    /// How long a file is kept that nothing has.
    static let keptLoose: Int64 = 86_400_000

    private let transaction: Transaction
    private var connection: Connection { transaction.connection }

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Notes a file whose content lies in the folder.
    ///
    /// - Throws: `Problem` 503 where it was swept away meanwhile.
    func add(_ placed: PlacedFile, name: String) throws -> StoredFile {
        guard transaction.catalog.files.has(placed.sha256) else {
            throw Problem.busy("The file was not kept. Send it again.", "文件未能保存，请重新发送。")
        }
        try connection.run(
            "INSERT INTO files (sha256, name, type, size, \"user\", at) VALUES (?, ?, ?, ?, ?, ?)",
            [
                .text(placed.sha256), .text(Files.plain(name)), .text(placed.type.rawValue), .integer(placed.size),
                SQLValue(transaction.actor.user), .integer(transaction.now),
            ]
        )
        guard let file = try find(connection.lastInsertedID) else { throw Problem.unforeseen }
        return file
    }

    /// Lays a content down and notes it; for what is small.
    func store(_ bytes: [UInt8], name: String) throws -> StoredFile {
        try add(transaction.catalog.files.place(bytes, transaction.randomness), name: name)
    }

    func find(_ id: Int64) throws -> StoredFile? {
        try connection.first(
            "SELECT \(StoredFile.columns) FROM files AS f WHERE f.id = ?",
            [.integer(id)],
            StoredFile.init
        )
    }

    func all(of message: Int64) throws -> [StoredFile] {
        try connection.rows(
            "SELECT \(StoredFile.columns) FROM files AS f WHERE f.message = ? ORDER BY f.position, f.id",
            [.integer(message)],
            StoredFile.init
        )
    }

    /// Has files go with a message, which nothing else has.
    func attach(_ files: [Int64], to message: Int64) throws {
        for (position, file) in files.enumerated() {
            try connection.run(
                "UPDATE files SET message = ?, position = ? WHERE id = ? AND message IS NULL",
                [.integer(message), .integer(Int64(position)), .integer(file)]
            )
        }
    }

    /// Those of these that the actor sent and nothing has yet.
    ///
    /// - Throws: `Problem.invalid` for any other.
    func own(_ ids: [Int64]) throws -> [StoredFile] {
        var issues: [Problem.Issue] = []
        var files: [StoredFile] = []
        for (index, id) in ids.enumerated() {
            guard let file = try find(id), file.message == nil, file.user == transaction.actor.user,
                !files.contains(where: { $0.id == id })
            else {
                issues.append(Files.missing.issue(field: "attachments[\(index)].file"))
                continue
            }
            files.append(file)
        }
        guard issues.isEmpty else { throw Problem.invalid(issues) }
        return files
    }

    /// A name is no path, and has no line breaks.
    private static func plain(_ name: String) -> String {
        let last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        let scalars = last.unicodeScalars.filter { scalar in
            scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && scalar != "\u{2028}"
                && scalar != "\u{2029}" && !(0x202A...0x202E).contains(scalar.value)
                && !(0x2066...0x2069).contains(scalar.value)
        }
        let plain = String(String.UnicodeScalarView(scalars.prefix(longestName))).trimmingSpaces
        return plain.isEmpty || plain == "." || plain == ".." ? "file" : plain
    }

    private static let missing = ValueRefusal(
        "not_found",
        "There is no file of yours with this number that nothing else has. Send it with POST /v1/files.",
        "没有您上传且尚未使用的此编号文件。请用 POST /v1/files 上传。"
    )
}

import KoiSQLite

/// Compares the files that are noted with those that lie in the folder.
enum FileCheck {
    /// Faults beyond which no more are told.
    private static let maximum = 20

    /// - Returns: a sentence for each content that is missing or is not what it was.
    static func faults(_ connection: Connection, _ folder: FileFolder) throws -> [String] {
        let contents = try connection.rows("SELECT DISTINCT sha256 FROM files ORDER BY sha256") { $0.text(0) }
        var faults: [String] = []
        for content in contents where faults.count < maximum {
            guard folder.has(content) else {
                faults.append("the file \(content) is missing")
                continue
            }
            if try FileDigest.sha256(folder.path(of: content)) != content {
                faults.append("the file \(content) is not what it was")
            }
        }
        return faults
    }
}

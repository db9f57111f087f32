import Foundation
package import KoiSQLite

/// The numbered migrations of `Schema/`, read from the program's resources.
package enum Migrations {
    /// All of them in order.
    ///
    /// - Throws: where a file is missing or its name does not begin with a number.
    package static func all() throws -> [Migration] {
        guard let folder = Bundle.module.resourceURL?.appending(path: "Schema") else {
            throw MigrationFilesMissing()
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        return try names.filter { $0.hasSuffix(".sql") }.map { name in
            let parts = name.dropLast(4).split(separator: "-", maxSplits: 1)
            guard parts.count == 2, let number = Digits.integer(String(parts[0])) else {
                throw MigrationFilesMissing()
            }
            return Migration(
                number: Int(number),
                name: String(parts[1]),
                sql: try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            )
        }
    }
}

/// The program was installed without its resources.
struct MigrationFilesMissing: Error, CustomStringConvertible {
    let description =
        "The folder koi_Koi.resources must lie beside the program; it holds the database schema and the pages."
}

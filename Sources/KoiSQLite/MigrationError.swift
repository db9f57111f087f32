/// Why a database cannot be brought to the schema of this program.
package enum MigrationError: Error, CustomStringConvertible {
    /// A newer version of the program has migrated this database.
    case newerDatabase(found: Int, known: Int)
    /// A migration was edited after it had been applied.
    case changed(number: Int)
    /// A migration was applied that this program does not have, though it has later ones.
    case missing(number: Int)
    /// A migration was not applied, though later ones were.
    case outOfOrder(number: Int)
    /// The program's own list is wrong: a number below 1, or twice.
    case badNumber(number: Int)
    /// The SQL of a migration failed. Nothing of it is stored.
    case failed(number: Int, error: any Error)

    package var description: String {
        switch self {
        case .newerDatabase(let found, let known):
            """
            This database is at schema \(found), and this program knows schemas up to \(known): \
            start the newer program, or restore a backup made before the upgrade.
            """
        case .changed(let number):
            """
            Migration \(number) differs from the one that this database was made with: \
            put its text back as it was, and make the change in a migration of its own.
            """
        case .missing(let number):
            """
            This database has migration \(number), which this program lacks: \
            it was made by another edition of the program.
            """
        case .outOfOrder(let number):
            """
            Migration \(number) has not been applied, but later ones have: \
            give it a number above all others.
            """
        case .badNumber(let number):
            "The number \(number) of a migration is below 1 or used twice."
        case .failed(let number, let error):
            "Migration \(number) failed, and nothing of it was kept: \(error)"
        }
    }
}

internal import CSQLite

/// The SQLite that Koi runs with.
package enum SQLiteVersion {
    package static var text: String { String(cString: sqlite3_libversion()) }
}

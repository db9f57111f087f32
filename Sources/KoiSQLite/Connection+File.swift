internal import CSQLite

/// The database file as it lies on the disk, past SQLite's cache and the WAL.
extension Connection {
    /// In bytes.
    func fileSize() throws -> Int64 {
        var size: sqlite3_int64 = 0
        try check(csqlite_file_size(opened(), &size))
        return size
    }

    /// Fills `bytes` from an offset in the file; with zeros beyond its end.
    func readFile(_ bytes: UnsafeMutableRawBufferPointer, at offset: Int64) throws {
        let result = csqlite_file_read(try opened(), bytes.baseAddress, Int32(clamping: bytes.count), offset)
        // SQLite has filled up the rest.
        if result == SQLITE_IOERR | (2 << 8) { return }
        try check(result)
    }

    func writeFile(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws {
        try check(csqlite_file_write(opened(), bytes.baseAddress, Int32(clamping: bytes.count), offset))
    }

    /// Brings to the disk what any connection has written to the file.
    func synchronizeFile() throws {
        try check(csqlite_file_sync(opened()))
    }

    /// Forgets the pages that the connection remembers, so that they are read again.
    func dropCache() throws {
        sqlite3_db_release_memory(try opened())
    }

    private func check(_ result: Int32) throws {
        guard result == SQLITE_OK else {
            throw SQLiteError(
                extendedCode: result,
                message: sqlite3_errstr(result).map { String(cString: $0) } ?? ""
            )
        }
    }
}

/// What deleted data has left in the database file: bytes that no row, index or search term speaks of any more.
///
/// Blocks for as long as it reads the file, which is about a second for each gigabyte; one thread uses it.
package final class Residue {
    /// Read at once: 1 MiB at 4 KiB each.
    private static let step: Int64 = 256

    private let database: Database
    private let connection: Connection

    /// Opens a connection of its own.
    ///
    /// - Throws: `SQLiteError`
    package init(_ database: Database) throws {
        self.database = database
        connection = try Connection(path: database.path, mode: .readOnly)
    }

    deinit {
        connection.close()
    }

    /// The pages with unused bytes that are not zero.
    ///
    /// - Parameter check: called every now and then; what it throws ends the search.
    /// - Returns: nil where a reader keeps the WAL from being emptied; try again later.
    package func pages(check: () throws -> Void = {}) throws -> [Int64]? {
        try held { file in
            let free = try file.freePages()
            var dirty: [Int64] = []
            try forEachBlock(of: file, check) { first, bytes in
                for place in 0..<bytes.count / file.pageSize {
                    let number = first + Int64(place)
                    let page = UnsafeRawBufferPointer(
                        rebasing: bytes[place * file.pageSize..<(place + 1) * file.pageSize]
                    )
                    let isDirty =
                        free[number].map { !PageSpace.isZero(UnsafeRawBufferPointer(rebasing: page[$0...])) }
                        ?? PageSpace.isDirty(page, header: DatabaseFile.header(of: number))
                    if isDirty { dirty.append(number) }
                }
            }
            return dirty
        }
    }

    /// Overwrites the unused bytes of these pages with zeros, in the file and in its place.
    ///
    /// Only bytes change that SQLite never reads, so that a power cut in the midst of it does no harm. A change by way of the
    /// WAL would need a statement that changes no row.
    ///
    /// - Parameters:
    ///   - pages: as `pages` found them.
    ///   - time: how long the writer may be held.
    /// - Returns: how many of them are done; nil where a reader keeps the WAL from being emptied.
    package func clear(_ pages: ArraySlice<Int64>, within time: Duration) throws -> Int? {
        try database.writer.exclusive { writer in
            let end = MonotonicClock.now &+ time.nanoseconds
            // What the WAL has of a page would bring back what it had in it, and so would the writer's memory of a page.
            guard try writer.emptyWAL(waiting: Residue.patience) else { return nil }
            try writer.dropCache()
            let file = try DatabaseFile(writer)
            let free = try file.freePages()
            var bytes = [UInt8](repeating: 0, count: file.pageSize)
            var done = 0
            for page in pages {
                if page <= file.pages {
                    try bytes.withUnsafeMutableBytes { bytes in
                        try file.read(page, into: bytes)
                        if let start = free[page] {
                            bytes[start...].initializeMemory(as: UInt8.self, repeating: 0)
                        } else {
                            PageSpace.clear(bytes, header: DatabaseFile.header(of: page))
                        }
                        try file.write(page, UnsafeRawBufferPointer(bytes))
                    }
                }
                done += 1
                guard MonotonicClock.now < end else { break }
            }
            return done
        }
    }

    /// Brings to the disk what `clear` has overwritten.
    package func synchronize() throws {
        try connection.synchronizeFile()
    }

    /// How many times each value stands anywhere in the file, byte by byte.
    ///
    /// - Parameters:
    ///   - values: of four bytes at least.
    ///   - check: called every now and then; what it throws ends the search.
    /// - Returns: nil where a reader keeps the WAL from being emptied.
    package func occurrences(
        of values: [[UInt8]],
        check: () throws -> Void = {}
    ) throws -> [Int]? {
        let search = ByteSearch(values)
        return try held { file in
            var counts = [Int](repeating: 0, count: values.count)
            // A cell lies within its page, and so within a block.
            try forEachBlock(of: file, check) { _, bytes in search.count(in: bytes, into: &counts) }
            return counts
        }
    }

    /// How long readers in the way are waited for, in milliseconds.
    private static let patience: Int32 = 10

    /// Runs `body` while the file stands still: with a snapshot that was taken when the WAL was empty, so that nothing can be
    /// moved from the WAL into the file.
    private func held<T>(_ body: (DatabaseFile) throws -> T) throws -> T? {
        let isHeld = try database.writer.exclusive { writer in
            guard try writer.emptyWAL(waiting: Residue.patience) else { return false }
            try connection.control(.begin)
            _ = try connection.first("SELECT count(*) FROM sqlite_schema") { $0.int(0) }
            return true
        }
        guard isHeld else { return nil }
        defer { try? connection.control(.rollback) }
        return try body(DatabaseFile(connection))
    }

    private func forEachBlock(
        of file: DatabaseFile,
        _ check: () throws -> Void,
        _ body: (_ first: Int64, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Int(Residue.step) * file.pageSize,
            alignment: 16
        )
        defer { buffer.deallocate() }
        for first in stride(from: 1, through: file.pages, by: Int(Residue.step)) {
            try check()
            let count = Int(min(Residue.step, file.pages - first + 1)) * file.pageSize
            let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
            try file.read(first, into: bytes)
            try body(first, UnsafeRawBufferPointer(bytes))
        }
    }
}

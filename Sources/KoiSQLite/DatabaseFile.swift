/// The pages of a database file, read as they lie on the disk.
///
/// Used by the owner of its connection, and only while nothing writes to the file: by the writer between two transactions
/// with an empty WAL, or by a reader whose snapshot was taken then, which keeps checkpoints away.
struct DatabaseFile {
    let connection: Connection
    let pageSize: Int
    let pages: Int64

    /// - Throws: `SQLiteError`, also where the file is of a form that Koi never makes, in which unused space cannot be told.
    init(_ connection: Connection) throws {
        self.connection = connection
        var start = [UInt8](repeating: 0, count: 100)
        try start.withUnsafeMutableBytes { try connection.readFile($0, at: 0) }
        let size = Int(start[16]) << 8 | Int(start[17])
        pageSize = size == 1 ? 65_536 : size
        guard pageSize >= 512 else { throw SQLiteError.misuse("the file has no pages") }
        pages = try connection.fileSize() / Int64(pageSize)
        // Bytes reserved at the end of each page, and pages with an index of others: Koi has neither.
        let isPlain = start[20] == 0 && start[52..<56].allSatisfy { $0 == 0 }
        guard isPlain, pages < PageSpace.maximumPages else {
            throw SQLiteError.misuse("the unused space of this file cannot be told")
        }
    }

    /// Where the header of a page begins; the first page of the file has that of the file before it.
    static func header(of page: Int64) -> Int { page == 1 ? 100 : 0 }

    func read(_ page: Int64, into bytes: UnsafeMutableRawBufferPointer) throws {
        try connection.readFile(bytes, at: (page - 1) * Int64(pageSize))
    }

    func write(_ page: Int64, _ bytes: UnsafeRawBufferPointer) throws {
        try connection.writeFile(bytes, at: (page - 1) * Int64(pageSize))
    }

    /// The pages that are free, each with its first byte that means nothing: that of one which lists others comes after them.
    func freePages() throws -> [Int64: Int] {
        var free: [Int64: Int] = [:]
        var bytes = [UInt8](repeating: 0, count: pageSize)
        func number(_ place: Int) -> Int64 {
            bytes[place..<place + 4].reduce(0) { $0 << 8 | Int64($1) }
        }
        try bytes.withUnsafeMutableBytes { try read(1, into: $0) }
        var list = number(32)
        // A list that leads back into itself would never end.
        while (1...pages).contains(list), free[list] == nil {
            try bytes.withUnsafeMutableBytes { try read(list, into: $0) }
            let count = Int(min(number(4), Int64(pageSize / 4 - 2)))
            free[list] = 8 + 4 * count
            for place in 0..<count { free[number(8 + 4 * place)] = 0 }
            list = number(0)
        }
        return free
    }
}

internal import Glibc

/// The bytes of a database page that hold nothing, by the file format of SQLite (https://sqlite.org/fileformat2.html §1.6).
///
/// `secure_delete` overwrites a cell that is deleted. But where SQLite moves cells to another page to make room, it leaves
/// the old bytes behind, below the cells that stay; and those are copies that no later deletion knows of.
enum PageSpace {
    /// The most pages of a file in which the first byte tells the kind of a page: 128 GiB at 4 KiB each.
    ///
    /// Any other kind begins with the number of the next page, whose first byte is then less than that of a page of a tree.
    static let maximumPages: Int64 = 0x0200_0000

    /// Calls `range` with each run of unused bytes of a page of a tree; a page of another kind, or one that does not hold
    /// together, has none.
    ///
    /// - Parameter header: where the page's header begins: 100 in the first page of a file, 0 in all others.
    static func forEachUnused(
        in page: UnsafeRawBufferPointer,
        header: Int,
        _ range: (Range<Int>) -> Void
    ) {
        guard page.count >= 512, page.count <= 65_536 else { return }
        func number(_ place: Int) -> Int { Int(page[place]) << 8 | Int(page[place + 1]) }
        let kind = page[header]
        let isLeaf = kind == 0x0a || kind == 0x0d
        guard isLeaf || kind == 0x02 || kind == 0x05 else { return }
        let pointers = header + (isLeaf ? 8 : 12)
        let start = pointers + 2 * number(header + 3)
        let stored = number(header + 5)
        let end = stored == 0 ? 65_536 : stored
        guard start <= end, end <= page.count else { return }
        if start < end { range(start..<end) }
        // A chain of free blocks within the cells: the next one's place and its own size, then nothing.
        var block = number(header + 1)
        var last = end
        while block >= last, block + 4 <= page.count {
            let size = number(block + 2)
            guard size >= 4, block + size <= page.count else { return }
            if size > 4 { range(block + 4..<block + size) }
            last = block + size
            block = number(block)
        }
    }

    /// Whether a page has unused bytes that are not zero.
    static func isDirty(_ page: UnsafeRawBufferPointer, header: Int) -> Bool {
        var isDirty = false
        forEachUnused(in: page, header: header) { range in
            if !isDirty, !isZero(UnsafeRawBufferPointer(rebasing: page[range])) { isDirty = true }
        }
        return isDirty
    }

    /// Overwrites the unused bytes with zeros, and nothing else.
    static func clear(_ page: UnsafeMutableRawBufferPointer, header: Int) {
        forEachUnused(in: UnsafeRawBufferPointer(page), header: header) { range in
            page[range].initializeMemory(as: UInt8.self, repeating: 0)
        }
    }

    static func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return true }
        return bytes[0] == 0 && memcmp(start, start + 1, bytes.count - 1) == 0
    }
}

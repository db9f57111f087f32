import Koi

enum CursorFuzzing {
    /// The mark of the lists that the cursors belong to: `z` in a cursor.
    private static let query: UInt64 = 35

    /// Takes the input as a cursor, and as what stands in one.
    static func read(_ input: [UInt8]) {
        for text in [String(decoding: input, as: UTF8.self), Base64URL.encode(input)] {
            for keys in 0...ListQuery.maximumSortKeys { read(text, keys: keys) }
        }
    }

    private static func read(_ text: String, keys: Int) {
        do {
            let position = try Cursor.decode(text, query: query, keys: keys)
            require(position.values.count == keys, "A position with other keys.")
            let again = try Cursor.decode(Cursor.encode(position, query: query), query: query, keys: keys)
            require(again == position, "Another position when it is written and read.")
        } catch {
            require(error is Problem, "An error that nobody foresaw: \(error)")
        }
    }
}

import KoiJSON

enum JSONFuzzing {
    static func read(_ input: [UInt8]) {
        do throws(JSONError) {
            let value = try JSONReader.read(input)
            let written = write(value)
            let again = try? JSONReader.read(written)
            require(again == value, "Another value when it is written and read.")
            require(write(again ?? .null) == written, "Other bytes when they are written again.")
        } catch {
            require((0...input.count).contains(error.offset), "An error outside of the input.")
            require(error.line > 0 && error.column > 0 && !error.message.isEmpty, "An error without a place.")
        }
    }

    private static func write(_ value: JSONValue) -> [UInt8] {
        var json = JSONWriter()
        json.value(value)
        return json.bytes
    }
}

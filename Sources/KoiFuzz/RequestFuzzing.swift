import KoiHTTP

enum RequestFuzzing {
    static func read(_ input: [UInt8]) {
        let transcripts = Pieces.all(of: input).map { RequestTranscript(input, in: $0) }
        for transcript in transcripts { require(transcript == transcripts[0], "Another result in other pieces.") }
        for message in transcripts[0].messages { check(message) }
    }

    private static func check(_ message: RequestTranscript.Message) {
        let head = message.head
        require(message.body.count <= RequestTranscript.bodyLimit, "A body larger than was admitted.")
        require(head.path.hasPrefix("/") || head.path == "*", "A path without a root: \(head.path)")
        require(
            head.path == "*" || head.segments.allSatisfy { $0 != "." && $0 != ".." },
            "Dot segments are left: \(head.path)"
        )
        require(
            !head.path.utf8.contains { $0 < 32 || $0 == 127 },
            "A path with a control character: \(head.path)"
        )
        require(head.fields.values("Host").count <= 1, "More than one Host.")
        require(
            head.fields.contains("Host") || head.minorVersion == 0,
            "No Host, although the version is HTTP/1.1."
        )
        require(
            !(head.fields.contains("Content-Length") && head.fields.contains("Transfer-Encoding")),
            "Two ways to end a body."
        )
        // Only what the server would write itself may be read back.
        require(Fields(head.fields.all) == head.fields || !isText(head.fields), "Fields that cannot be sent on.")
        _ = try? Query.parse(head.query)
        _ = head.fields.cookies
    }

    /// Whether no value has bytes that are not UTF-8, which become others in a string.
    private static func isText(_ fields: Fields) -> Bool {
        // By scalars: a mark that combines with it makes it another character.
        !fields.all.contains { $0.value.unicodeScalars.contains("\u{fffd}") }
    }
}

import Koi

enum BounceFuzzing {
    static func read(_ input: [UInt8]) {
        let report = MailReport(input)
        for token in report.tokens {
            require(token.utf8.count == 32 && token.utf8.allSatisfy(isDigit), "A mark that is none: \(token)")
        }
        require(Set(report.tokens).count == report.tokens.count, "A mark twice.")
        require(report.status?.utf8.count ?? 0 <= 9, "A status beyond its bound.")
        require(report.diagnostic?.unicodeScalars.count ?? 0 <= 300, "A reason beyond its bound.")
        require(report == MailReport(input), "Read in two ways.")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

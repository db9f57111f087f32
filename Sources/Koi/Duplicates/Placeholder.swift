/// What people write where a form wants a number or an account and they have none.
enum Placeholder {
    /// Letters and digits of the shortest account; those of WeChat have six characters, of which some may be signs.
    private static let shortestAccount = 5

    /// - Parameter text: folded, without spaces and signs.
    static func contains(_ text: String, of kind: FieldText.Kind) -> Bool {
        let isPlain = text.utf8.allSatisfy { $0 < 0x80 }
        let hasDigit = text.utf8.contains { 0x30...0x39 ~= $0 }
        // A register numbers what it has.
        if kind == .code { return !hasDigit || Set(text).count == 1 }
        return !isPlain || text.utf8.count < shortestAccount || Set(text).count == 1 || words.contains(text)
    }

    private static let words: Set<String> = [
        "unknown", "pending", "missing", "wechat", "weixin", "sameasphone", "sameasmobile", "notyet", "12345", "123456",
    ]
}

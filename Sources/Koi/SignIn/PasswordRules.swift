import Foundation

/// What a password must be.
///
/// Length is what counts (NIST SP 800-63B §3.1.1): no rule asks for capitals or signs, which only make people write
/// passwords down.
enum PasswordRules {
    static let minimumLength = 10
    static let maximumLength = 1_000

    /// - Parameters:
    ///   - field: the name of the field that the password was sent in.
    ///   - owner: name and e-mail address of whoever will sign in with it.
    /// - Throws: `Problem.invalid` that says what is wrong with it.
    static func check(_ password: String, field: String, owner: [String?]) throws {
        guard let refusal = refusal(of: password, owner.compactMap(\.self)) else { return }
        throw Problem.invalid([refusal.issue(field: field)])
    }

    private static func refusal(of password: String, _ owner: [String]) -> ValueRefusal? {
        let length = password.unicodeScalars.count
        if length < minimumLength {
            return ValueRefusal(
                "too_short",
                "Choose a password of at least \(minimumLength) characters; several words are easy to remember.",
                "密码至少需要 \(minimumLength) 个字符；用几个词组成的短句容易记住。"
            )
        }
        if length > maximumLength {
            return ValueRefusal("too_long", "Send at most \(maximumLength) characters.", "最多 \(maximumLength) 个字符。")
        }
        let plain = password.lowercased()
        if isOwn(plain, owner) {
            return ValueRefusal(
                "like_name",
                "Choose a password that is not your name or address.",
                "密码不能与您的姓名或邮箱相同。"
            )
        }
        if repeats(plain) || isSequence(plain) || CommonPassword.all.contains(plain) {
            return ValueRefusal(
                "too_easy",
                "This password is among the first that are guessed. Choose another; several words are easy to remember.",
                "此密码过于常见，容易被猜到。请换一个；用几个词组成的短句容易记住。"
            )
        }
        return nil
    }

    /// Whether it is a name or address, or the part of one before the `@`, be it with digits and signs after it.
    private static func isOwn(_ password: String, _ owner: [String]) -> Bool {
        let names = owner.map { $0.lowercased() }
        let parts = names + names.compactMap { $0.split(separator: "@").first.map(String.init) }
        let squeezed = letters(password)
        return parts.contains { part in
            guard !part.isEmpty else { return false }
            return part == password || (!letters(part).isEmpty && letters(part) == squeezed)
        }
    }

    private static func letters(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter(\.properties.isAlphabetic)))
    }

    /// Whether it is one part of up to three characters again and again.
    private static func repeats(_ password: String) -> Bool {
        let scalars = Array(password.unicodeScalars)
        return (1...3).contains { period in
            zip(scalars, scalars.dropFirst(period)).allSatisfy { $0 == $1 }
        }
    }

    /// Whether each character is the next one, or the one before, as in 1234567890 and zyxwvut….
    private static func isSequence(_ password: String) -> Bool {
        let values = password.unicodeScalars.map { Int($0.value) }
        let steps = Set(zip(values, values.dropFirst()).map { step($0, $1) })
        return steps == [1] || steps == [-1]
    }

    /// After 9 comes 0, as on a keyboard.
    private static func step(_ first: Int, _ second: Int) -> Int {
        switch (first, second) {
        case (0x39, 0x30): 1
        case (0x30, 0x39): -1
        default: second - first
        }
    }
}

/// The passwords of enough length that are guessed first.
enum CommonPassword {
    static let all: Set<String> = [
        "1q2w3e4r5t", "1q2w3e4r5t6y", "1qaz2wsx3edc", "1qazxsw23edc", "q1w2e3r4t5", "q1w2e3r4t5y6", "qazwsxedcrfv",
        "qwertyuiop", "qwertyuiop1", "qwertyuiop123", "qwerty12345", "qwerty123456", "qwerty1234567", "asdfghjkl1",
        "asdfghjkl123", "asdfghjkl;", "zxcvbnm123", "zxcvbnm1234", "1234qwerasdf", "1234567890a", "1234567890q",
        "123456789a", "123456789q", "a123456789", "a1234567890", "q123456789", "qq123456789", "aa123456789",
        "abc123456789",
        "abc1234567", "abcd123456", "abcd1234567", "aaa123456789", "123123123a", "1111111111a", "1231231234",
        "1234512345", "1234554321", "1122334455", "112233445566", "0123456789a", "9876543210a", "password12",
        "password123", "password1234", "password12345", "password123456", "password01", "password!1", "password1!",
        "password123!", "passw0rd12", "passw0rd123", "p@ssw0rd12", "p@ssw0rd123", "p@ssword123", "mypassword",
        "mypassword1", "passwordpassword", "administrator", "administrator1", "admin12345", "admin123456",
        "admin123456789",
        "adminadmin", "rootpassword", "root123456", "welcome123", "welcome1234", "welcome2026", "letmein123",
        "letmein1234", "changeme123", "changeme1234", "changeit123", "iloveyou12", "iloveyou123", "iloveyou1234",
        "iloveyou520", "sunshine123", "princess123", "football123", "baseball123", "superman123", "batman12345",
        "dragon12345", "monkey12345", "michael123", "starwars123", "whatever123", "trustno1trustno1", "test123456",
        "testtest123", "testpassword", "user123456", "guest12345", "secret1234", "company123", "summer2026",
        "winter2026",
        "spring2026", "autumn2026", "woaini1314", "woaini13145", "woaini1314520", "woaini520", "woaini520520",
        "woaini5201314",
        "5201314520", "5201314woaini", "1314520520", "woaiwojia1", "wodemima123", "mima123456", "zhangwei123",
        "wangwei123",
        "liwei123456", "woaizhongguo", "zhongguo123", "beijing2008", "china12345", "nihao12345", "caonima123",
        "qwe123456789",
        "qweasdzxc1", "qweasdzxc123", "qweqweqwe1", "asd123456789", "zxc123456789", "wang123456", "zhang123456",
        "liu1234567", "chen123456", "koikoikoi1", "koi1234567", "koi12345678", "customer123", "sales12345",
    ]
}

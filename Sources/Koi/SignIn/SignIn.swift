import KoiHTTP

/// What signing in needs beside the database: where passwords are hashed, and how often they were tried.
package final class SignIn: Sendable {
    package let passwords: Passwords
    let throttle = SignInThrottle()

    package init(cost: PasswordCost, randomness: Randomness) {
        passwords = Passwords(cost: cost, randomness: randomness)
    }
}

extension Problem {
    /// For a wrong password, an unknown address, a wrong code and too many tries alike: who asks learns no more than that.
    static let signInFailed = Problem(
        .unauthorized,
        "sign_in_failed",
        Text(
            "E-mail address and password do not belong together. Check both; after several failures, wait a few minutes.",
            "邮箱与密码不匹配。请检查后重试；多次失败后请等待几分钟。"
        ),
        fields: [("WWW-Authenticate", "Cookie realm=\"Koi\"")]
    )

    static let secondFactorRequired = Problem(
        .unauthorized,
        "second_factor_required",
        Text(
            "Send the code of your authenticator app as \"code\", or one of your recovery codes.",
            "请在“code”中填写身份验证器应用的验证码，或一个恢复码。"
        ),
        fields: [("WWW-Authenticate", "Cookie realm=\"Koi\"")]
    )
}

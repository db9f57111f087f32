import Foundation
import KoiSQLite

/// The second factor of a user: codes of an authenticator app, and recovery codes for whoever has lost it.
struct SecondFactor {
    private struct Stored {
        let secret: [UInt8]
        let isConfirmed: Bool
        let lastStep: Int64
    }

    private let transaction: Transaction
    private let user: Int64

    init(of user: Int64, _ transaction: Transaction) {
        self.user = user
        self.transaction = transaction
    }

    /// Whether signing in takes a code.
    var isActive: Bool {
        get throws { try stored()?.isConfirmed ?? false }
    }

    /// Makes a secret, which counts for nothing until a code of it was shown.
    ///
    /// - Returns: the secret as authenticator apps take it.
    /// - Throws: `Problem.conflict` where there is a second factor already.
    func begin() throws -> String {
        guard try !isActive else {
            throw Problem.conflict(
                "second_factor_active",
                Text(
                    "There is a second factor already. Remove it first to set up another.",
                    "已设置第二重验证。请先移除再重新设置。"
                )
            )
        }
        let secret = transaction.randomness.bytes(TimeCode.secretLength)
        try transaction.connection.run(
            """
            INSERT INTO second_factors ("user", secret, "createdAt") VALUES (?1, ?2, ?3)
            ON CONFLICT ("user") DO UPDATE SET secret = excluded.secret, "lastStep" = 0, "createdAt" = excluded."createdAt"
            """,
            [.integer(user), .blob(try transaction.secrets.seal(secret, at: place)), .integer(transaction.now)]
        )
        return Base32.encode(secret)
    }

    /// Has signing in take codes from here on, once one was shown.
    ///
    /// - Returns: the recovery codes, which cannot be shown again.
    /// - Throws: `Problem` 409 where no secret was made before or one is confirmed already, 422 where the code is wrong.
    func confirm(_ code: String) throws -> [String] {
        guard let held = try stored(), !held.isConfirmed else {
            throw Problem.conflict(
                "second_factor_not_begun",
                Text(
                    "There is nothing to confirm. Ask for a secret first, with POST.",
                    "没有待确认的设置。请先用 POST 获取密钥。"
                )
            )
        }
        guard try takes(code, held) else { throw SecondFactor.wrongCode }
        try transaction.connection.run(
            "UPDATE second_factors SET \"confirmedAt\" = ? WHERE \"user\" = ?",
            [.integer(transaction.now), .integer(user)]
        )
        try transaction.note("second_factor.enabled", .account(of: user))
        return try RecoveryCodes(transaction).make(for: user)
    }

    /// Has signing in take no code any more.
    func remove() throws {
        let wasActive = try isActive
        try transaction.connection.run("DELETE FROM second_factors WHERE \"user\" = ?", [.integer(user)])
        try RecoveryCodes(transaction).removeAll(of: user)
        guard wasActive else { return }
        try transaction.note("second_factor.disabled", .account(of: user))
        let subject = EventSubject(resource: User.resource.name, id: user)
        try transaction.notifications.add(to: user, .secondFactorRemoved, about: subject)
    }

    /// Whether a code is right, where there is a second factor; it is spent then.
    ///
    /// - Throws: `Problem.secondFactorRequired` where there is a second factor and no code.
    func allows(_ code: String?) throws -> Bool {
        guard let held = try stored(), held.isConfirmed else { return true }
        guard let code else { throw Problem.secondFactorRequired }
        if try RecoveryCodes(transaction).spend(code, of: user) { return true }
        return try takes(code, held)
    }

    /// What authenticator apps read from a QR code.
    static func address(of secret: String, for email: String) -> String {
        let name = email.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return "otpauth://totp/Koi:\(name)?secret=\(secret)&issuer=Koi&algorithm=SHA1&digits=\(TimeCode.digits)"
            + "&period=\(TimeCode.period)"
    }

    static let wrongCode = Problem.invalid([
        ValueRefusal(
            "wrong_code",
            "This is not the code of this moment. Send the one that the app shows, and look whether the clocks are right.",
            "验证码不正确。请填写应用当前显示的验证码，并确认设备时间准确。"
        ).issue(field: "code")
    ])

    private var place: String { "second_factors/" + String(user) }

    private func stored() throws -> Stored? {
        let sql = "SELECT secret, \"confirmedAt\", \"lastStep\" FROM second_factors WHERE \"user\" = ?"
        return try transaction.connection.first(sql, [.integer(user)]) { row in
            Stored(secret: row.blob(0), isConfirmed: !row.isNull(1), lastStep: row.int(2))
        }
    }

    /// Whether a code is one of this moment; noted, so that it is taken once.
    private func takes(_ code: String, _ held: Stored) throws -> Bool {
        let secret = try transaction.secrets.open(held.secret, at: place)
        let typed = code.filter { $0 != " " }
        guard let step = TimeCode.step(of: typed, secret, at: transaction.now, after: held.lastStep) else {
            return false
        }
        try transaction.connection.run(
            "UPDATE second_factors SET \"lastStep\" = ? WHERE \"user\" = ?",
            [.integer(step), .integer(user)]
        )
        return true
    }
}

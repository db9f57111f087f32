import KoiSQLite

/// What people who try the demo company sign in with: the address of who set Koi up, and the password that all of its
/// staff share.
package struct DemoSignIn: Sendable {
    package let email: String
    package let password: String

    /// Letters and digits that are not taken for each other: 12 of 32 are 60 bits.
    private static let signs = Array("abcdefghijkmnpqrstuvwxyz23456789")
    private static let length = 12

    /// With a password that nobody knows yet.
    package init(randomness: Randomness) {
        email = DemoStaff.administratorAddress
        let bytes = randomness.bytes(DemoSignIn.length)
        password = String(bytes.map { DemoSignIn.signs[Int($0) % DemoSignIn.signs.count] })
    }

    /// What is kept of the password, which takes as long as for any other.
    func hash(in app: App) throws -> PasswordHash {
        try app.signIn.passwords.hash(password)
    }
}

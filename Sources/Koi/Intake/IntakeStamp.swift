/// Says when a form was fetched, so that nobody can say that it was earlier.
struct IntakeStamp {
    /// The name by which it is sent back.
    static let field = "stamp"
    /// Whoever leaves a page open for longer fetches it again, in milliseconds.
    private static let lifetime: Int64 = 86_400_000
    private static let markLength = 16
    private static let timeLength = 8

    private let secrets: SecretBox
    private let form: Int64

    init(_ form: Record, _ transaction: Transaction) {
        self.form = form.id
        secrets = transaction.secrets
    }

    func make(at now: Int64) throws -> String {
        let time = IntakeStamp.bytes(now)
        return Base64URL.encode(time + (try mark(time)))
    }

    /// Whether it was made by Koi for this form, not too long ago, and so many seconds ago at least.
    func isGood(_ stamp: String, after seconds: Int64, at now: Int64) throws -> Bool {
        let length = IntakeStamp.timeLength + IntakeStamp.markLength
        guard stamp.utf8.count <= 2 * length, let bytes = Base64URL.decode(stamp), bytes.count == length else {
            return false
        }
        let time = Array(bytes.prefix(IntakeStamp.timeLength))
        let wanted = try mark(time)
        // In the same time whatever differs.
        let difference = zip(wanted, bytes.dropFirst(IntakeStamp.timeLength)).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        guard difference == 0 else { return false }
        let made = time.reduce(Int64(0)) { $0 << 8 | Int64($1) }
        return (made...).contains(now) && now - made <= IntakeStamp.lifetime && now - made >= seconds * 1_000
    }

    private func mark(_ time: [UInt8]) throws -> [UInt8] {
        let mark = try secrets.mark(time + IntakeStamp.bytes(form), for: "intake")
        return Array(mark.prefix(IntakeStamp.markLength))
    }

    private static func bytes(_ number: Int64) -> [UInt8] {
        (0..<timeLength).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }
}

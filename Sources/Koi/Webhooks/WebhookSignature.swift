internal import COpenSSL
import Foundation

/// The signature of a message by Standard Webhooks 1.0: `v1,` and the base64 of an HMAC-SHA256.
enum WebhookSignature {
    /// For each secret one, apart by spaces.
    static func field(id: String, timestamp: Int64, body: [UInt8], secrets: [[UInt8]]) -> String {
        let signed = Array((id + "." + String(timestamp) + ".").utf8) + body
        return secrets.map { "v1," + Data(mac(signed, $0)).base64EncodedString() }.joined(separator: " ")
    }

    private static func mac(_ bytes: [UInt8], _ secret: [UInt8]) -> [UInt8] {
        var mac = [UInt8](repeating: 0, count: 32)
        _ = HMAC(EVP_sha256(), secret, Int32(clamping: secret.count), bytes, bytes.count, &mac, nil)
        return mac
    }
}

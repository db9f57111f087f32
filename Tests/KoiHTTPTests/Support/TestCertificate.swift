import Glibc

@testable import KoiHTTP

/// A certificate that vouches for itself, in files of its own.
final class TestCertificate {
    let folder: TemporaryFolder
    var certificate: String { folder.path + "/tls.crt" }
    var key: String { folder.path + "/tls.key" }

    init(names: [String] = []) throws {
        folder = try TemporaryFolder()
        try SelfSignedCertificate(names: names).write(certificate: certificate, key: key)
    }

    deinit { remove() }

    func identity(strictDays: Int = 365) throws -> TLSIdentity {
        try TLSIdentity(certificate: certificate, key: key, strictDays: strictDays)
    }

    /// Another certificate in the same files.
    func renew() throws {
        remove()
        try SelfSignedCertificate(names: []).write(certificate: certificate, key: key)
    }

    private func remove() {
        unlink(certificate)
        unlink(key)
    }
}

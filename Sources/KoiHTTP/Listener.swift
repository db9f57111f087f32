/// An address to listen on.
package enum Listener: Sendable, Hashable {
    /// A numeric address or a name that resolves to one; port 0 lets the system choose.
    case tcp(host: String, port: Int)
    /// A socket file, replaced if it is there, with these permissions.
    case unix(path: String, mode: UInt32)
}

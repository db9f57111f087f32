import Glibc

/// Why the server could not start.
package struct ServerError: Error, CustomStringConvertible, Sendable {
    /// The system call, with the address where there is one.
    package let call: String
    package let errno: Int32

    package var description: String { "\(call): \(String(cString: strerror(errno)))" }
}

internal import COpenSSL

/// The memory in which the TLS sessions of one loop read, seal and open, lent to one of them at a time: an idle connection
/// keeps none.
final class TLSBuffers {
    /// What a read from a socket may bring; with what OpenSSL holds of a record that was cut off, and in the clear, it fits into
    /// the loop's own buffer.
    static let inputSize = 32 * 1024
    /// What is sealed before it is sent: four whole records.
    static let plainSize = 64 * 1024
    /// A record's header, nonce and tag, and the messages of a handshake.
    private static let outputSize = plainSize + 32 * 1024

    let input = UnsafeMutableRawBufferPointer.allocate(byteCount: inputSize, alignment: 16)
    /// Pieces of files on their way.
    let plain = UnsafeMutableRawBufferPointer.allocate(byteCount: plainSize, alignment: 16)
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: outputSize, alignment: 16)
    let shared = UnsafeMutablePointer<openssl_buffers>.allocate(capacity: 1)

    init() {
        shared.initialize(to: openssl_buffers())
        shared.pointee.output = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        shared.pointee.capacity = output.count
    }

    deinit {
        input.deallocate()
        plain.deallocate()
        output.deallocate()
        shared.deallocate()
    }

    /// What was sealed and is to be sent.
    var sealed: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(output).part(0..<min(output.count, shared.pointee.used))
    }

    func forgetSealed() { shared.pointee.used = 0 }

    /// Whether all that was read is used up.
    var isInputUsed: Bool { shared.pointee.available == 0 }

    func lend(_ count: Int) {
        shared.pointee.input = UnsafePointer(input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        shared.pointee.available = min(count, input.count)
    }
}

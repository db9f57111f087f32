import CLinux
import Glibc

/// A non-blocking stream socket: `errno` and raw calls stay in here.
struct Socket: ~Copyable {
    enum Outcome {
        case bytes(Int)
        /// Nothing now; epoll tells when.
        case blocked
        case closed
    }

    let descriptor: Int32

    deinit { close(descriptor) }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        Socket.outcome { recv(descriptor, buffer.baseAddress, buffer.count, 0) }
    }

    func send(_ bytes: UnsafeRawBufferPointer, moreFollows: Bool = false) -> Outcome {
        let flags = moreFollows ? linux_send_more_flags : linux_send_flags
        return Socket.outcome { CLinux.send(descriptor, bytes.baseAddress, bytes.count, flags) }
    }

    func send(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Outcome {
        Socket.outcome {
            linux_send_pair(
                descriptor,
                first.baseAddress,
                first.count,
                second.baseAddress,
                second.count
            )
        }
    }

    /// Sends a piece of a file.
    ///
    /// Zero bytes: the file is shorter than thought.
    func send(file: Int32, offset: Int, length: Int) -> Outcome {
        Socket.outcome {
            var offset = off_t(offset)
            return sendfile(descriptor, file, &offset, length)
        }
    }

    /// Reads a piece of a file.
    static func read(file: Int32, offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        outcome { pread(file, buffer.baseAddress, buffer.count, off_t(offset)) }
    }

    /// Bytes sent that the client has not taken yet (ioctl SIOCOUTQ, tcp(7)).
    var unsent: Int { Int(linux_unsent(descriptor)) }

    func finishSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    private static func outcome(_ call: () -> Int) -> Outcome {
        while true {
            let result = call()
            if result >= 0 { return .bytes(result) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .blocked
            default: return .closed
            }
        }
    }
}

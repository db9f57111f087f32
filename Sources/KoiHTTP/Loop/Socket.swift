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
        outcome { recv(descriptor, buffer.baseAddress, buffer.count, 0) }
    }

    func send(_ bytes: UnsafeRawBufferPointer, moreFollows: Bool = false) -> Outcome {
        let flags = moreFollows ? linux_send_more_flags : linux_send_flags
        return outcome { CLinux.send(descriptor, bytes.baseAddress, bytes.count, flags) }
    }

    func send(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Outcome {
        outcome {
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
        outcome {
            var offset = off_t(offset)
            return sendfile(descriptor, file, &offset, length)
        }
    }

    func finishSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    private func outcome(_ call: () -> Int) -> Outcome {
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

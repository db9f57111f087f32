import CLinux
import Glibc

/// An epoll set.
struct Epoll: ~Copyable {
    let descriptor: Int32
    private let events: UnsafeMutableBufferPointer<epoll_event>

    /// - Throws: `ServerError` when the system has no descriptor left.
    init() throws(ServerError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw ServerError(call: "epoll_create1", errno: errno) }
        events = .allocate(capacity: 256)
    }

    deinit {
        close(descriptor)
        events.deallocate()
    }

    /// Watches a descriptor; `data` comes back with its events.
    ///
    /// False when the system refuses.
    func add(_ watched: Int32, events: UInt32, data: UInt64) -> Bool {
        var event = epoll_event()
        event.events = events
        event.data.u64 = data
        return epoll_ctl(descriptor, EPOLL_CTL_ADD, watched, &event) == 0
    }

    func remove(_ watched: Int32) {
        var event = epoll_event()
        epoll_ctl(descriptor, EPOLL_CTL_DEL, watched, &event)
    }

    /// What is ready, waiting up to `timeout` milliseconds; valid until the next call.
    func poll(timeout: Int32) -> UnsafeMutableBufferPointer<epoll_event>.SubSequence {
        let count = epoll_wait(descriptor, events.baseAddress, Int32(events.count), timeout)
        return events[0..<max(0, Int(count))]
    }
}

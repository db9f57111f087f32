// Exported, as the methods of its Mutex, and of the atomics that are used beside it, belong to that module.
@_exported public import Synchronization

#if THREAD_SANITIZER
import Glibc

/// A value that one thread at a time may touch: a lock that ThreadSanitizer knows.
///
/// It takes the place of `Synchronization.Mutex`, whose own code is not instrumented, so that everything it protects
/// would be reported as a race.
package struct Lock<Value>: ~Copyable, @unchecked Sendable {
    private let value: UnsafeMutablePointer<Value>
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    package init(_ initial: consuming sending Value) {
        value = .allocate(capacity: 1)
        value.initialize(to: initial)
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
        value.deinitialize(count: 1)
        value.deallocate()
    }

    package borrowing func withLock<Result, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value.pointee)
    }
}
#else
/// A value that one thread at a time may touch.
package typealias Lock = Synchronization.Mutex
#endif

import Glibc

/// What the system says of this process.
struct ProcessFigures {
    /// Bytes of memory that are in use and not swapped out.
    let residentBytes: UInt64
    let openDescriptors: Int
    let maximumDescriptors: UInt64
    /// Of all threads, in user and kernel mode.
    let processorNanoseconds: UInt64
    let threads: Int

    init() {
        residentBytes = ProcessFigures.resident()
        // One of them is that of the folder itself.
        openDescriptors = max(0, ProcessFigures.count("/proc/self/fd") - 1)
        threads = ProcessFigures.count("/proc/self/task")
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        maximumDescriptors = UInt64(limit.rlim_cur)
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        processorNanoseconds = UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
    }

    /// The second number of `/proc/self/statm`, in pages (proc(5)).
    private static func resident() -> UInt64 {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = fread(&bytes, 1, bytes.count, file)
        let numbers = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: " ")
        guard numbers.count > 1, let pages = Digits.integer(String(numbers[1])) else { return 0 }
        return UInt64(clamping: pages) &* UInt64(clamping: sysconf(Int32(_SC_PAGESIZE)))
    }

    private static func count(_ folder: String) -> Int {
        guard let folder = opendir(folder) else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            let isHidden = withUnsafeBytes(of: entry.pointee.d_name) { $0.first == UInt8(ascii: ".") }
            if !isHidden { count += 1 }
        }
        return count
    }
}

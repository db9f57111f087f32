import Glibc

/// What the process asks of the system before it works.
enum Process {
    static func prepare() {
        // A client that hangs up must not end the server.
        signal(SIGPIPE, SIG_IGN)
        // What Koi writes is for its own user, also in a folder that others may enter.
        umask(0o077)
    }

    /// Each connection takes a descriptor, and the usual soft limit is 1,024.
    ///
    /// - Returns: how many there may be.
    static func raiseFileLimit() -> Int {
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(files, &limit) == 0 else { return .max }
        limit.rlim_cur = limit.rlim_max
        // Refused, the limit stays as it was: Koi then serves fewer at once.
        _ = setrlimit(files, &limit)
        guard getrlimit(files, &limit) == 0 else { return .max }
        return Int(clamping: limit.rlim_cur)
    }
}

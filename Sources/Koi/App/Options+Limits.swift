import KoiHTTP

/// The options that bound what clients may do, and how much of it at once.
extension Options {
    package static let connections = OptionEntry(
        "connections",
        "NUMBER",
        fallback: "10000",
        "The most connections that may be open at once; for one more, the one that is idle for longest gives way."
    ) { $0.limits.connections = try OptionValue.number($1, 1...1_000_000) }

    package static let connectionsPerAddress = OptionEntry(
        "connections-per-address",
        "NUMBER",
        fallback: "1024",
        "The most of them for one address (of IPv6, for the first 64 bits). Trusted proxies do not count, nor does this machine while there are none."
    ) { $0.limits.connectionsPerAddress = try OptionValue.number($1, 1...1_000_000) }

    package static let requestsInFlight = OptionEntry(
        "requests-in-flight",
        "NUMBER",
        fallback: "8192",
        "The most requests that may wait for their answer at once; more are answered with 503."
    ) { $0.limits.requestsInFlight = try OptionValue.number($1, 1...1_000_000) }

    package static let requestLine = OptionEntry(
        "request-line",
        "SIZE",
        fallback: "8190",
        "The longest request line, from 100 to 64KiB."
    ) { $0.limits.requestLine = try OptionValue.size($1, 100...64 << 10) }

    package static let headerFields = OptionEntry(
        "header-fields",
        "NUMBER",
        fallback: "100",
        "The most header fields of a request, from 10 to 1000."
    ) { $0.limits.fieldCount = try OptionValue.number($1, 10...1_000) }

    package static let headerSize = OptionEntry(
        "header-size",
        "SIZE",
        fallback: "32KiB",
        "The most that they may take together, from 1KiB to 1MiB."
    ) { $0.limits.fieldBytes = try OptionValue.size($1, 1 << 10...1 << 20) }

    package static let bodyLimit = OptionEntry(
        "body-limit",
        "SIZE",
        fallback: "1MiB",
        "The largest body of a request, from 1KiB to 1GiB, where a path sets no other."
    ) { $0.limits.body = try OptionValue.size($1, 1 << 10...1 << 30) }

    package static let fileLimit = OptionEntry(
        "file-limit",
        "SIZE",
        fallback: "1GiB",
        "The largest file that may be sent to be imported, from 1KiB to 64GiB."
    ) { $0.limits.file = try OptionValue.size($1, 1 << 10...64 << 30) }

    package static let bodiesInMemory = OptionEntry(
        "bodies-in-memory",
        "SIZE",
        fallback: "128MiB",
        "The most that the bodies of all requests may take in memory, from 1MiB to 64GiB; up to 16KiB of each do not count."
    ) { $0.limits.bufferedBytes = try OptionValue.size($1, 1 << 20...64 << 30) }

    package static let bodiesOnDisk = OptionEntry(
        "bodies-on-disk",
        "SIZE",
        fallback: "4GiB",
        "The most that uploads under way may take in temporary files, from 1MiB to 1024GiB."
    ) { $0.limits.spooledBytes = try OptionValue.size($1, 1 << 20...1 << 40) }

    package static let headTime = OptionEntry(
        "head-time",
        "TIME",
        fallback: "10s",
        "How long the head of a request may take to arrive."
    ) { $0.limits.headTime = try OptionValue.time($1, times) }

    package static let bodyIdleTime = OptionEntry(
        "body-idle-time",
        "TIME",
        fallback: "30s",
        "How long a body may pause while it arrives."
    ) { $0.limits.bodyIdleTime = try OptionValue.time($1, times) }

    package static let bodyRate = OptionEntry(
        "body-rate",
        "NUMBER",
        fallback: "500",
        "How many bytes a second of a body must arrive on average within each stretch of body-grace; from 1 to 1000000."
    ) { $0.limits.bodyRate = try OptionValue.number($1, 1...1_000_000) }

    package static let bodyGrace = OptionEntry(
        "body-grace",
        "TIME",
        fallback: "10s",
        "How long such a stretch is."
    ) { $0.limits.bodyRateGrace = try OptionValue.time($1, times) }

    package static let idleTime = OptionEntry(
        "idle-time",
        "TIME",
        fallback: "60s",
        "How long a connection may rest between two requests."
    ) { $0.limits.idleTime = try OptionValue.time($1, times) }

    package static let writeTime = OptionEntry(
        "write-time",
        "TIME",
        fallback: "30s",
        "Within which time a client must take its share of an answer, again and again."
    ) { $0.limits.writeStall = try OptionValue.time($1, times) }

    package static let writeRate = OptionEntry(
        "write-rate",
        "NUMBER",
        fallback: "500",
        "How many bytes a second of it that are on average, from 1 to 1000000."
    ) { $0.limits.writeRate = try OptionValue.number($1, 1...1_000_000) }

    package static let waitingWrites = OptionEntry(
        "waiting-writes",
        "NUMBER",
        fallback: "4096",
        "The most writes that may wait for their turn; more are answered with 503."
    ) { $0.waitingWrites = try OptionValue.number($1, 1...1_000_000) }

    package static let writeWait = OptionEntry(
        "write-wait",
        "TIME",
        fallback: "10s",
        "How long a write may wait for its turn before it is answered with 503 and not begun."
    ) { $0.writeWait = try OptionValue.time($1, times) }

    package static let waitingReads = OptionEntry(
        "waiting-reads",
        "NUMBER",
        fallback: "64",
        "The most long reads that may wait for a worker; more are answered with 503."
    ) { $0.waitingReads = try OptionValue.number($1, 1...100_000) }

    package static let requestsPerKey = OptionEntry(
        "requests-per-key",
        "NUMBER|off",
        fallback: "6000",
        "How many requests a key or session may make in a minute; more are answered with 429."
    ) { $0.requestsPerKey = try OptionValue.numberOrOff($1, upTo: 1_000_000_000) }

    package static let requestsPerAddress = OptionEntry(
        "requests-per-address",
        "NUMBER|off",
        fallback: "3000",
        "How many an address may make that shows neither."
    ) { $0.requestsPerAddress = try OptionValue.numberOrOff($1, upTo: 1_000_000_000) }

    package static let limits = [
        connections, connectionsPerAddress, requestsInFlight, requestLine, headerFields, headerSize, bodyLimit,
        fileLimit,
        bodiesInMemory, bodiesOnDisk, headTime, bodyIdleTime, bodyRate, bodyGrace, idleTime, writeTime, writeRate,
        waitingWrites, writeWait, waitingReads, requestsPerKey, requestsPerAddress,
    ]

    private static let times = 100...3_600_000
}

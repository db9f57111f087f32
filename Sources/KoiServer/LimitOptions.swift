import ArgumentParser
import Koi

/// The flags of `koi serve` that bound what clients may do, as the table of options has them.
struct LimitOptions: ParsableArguments {
    @Option(Options.connections) var connections: String?
    @Option(Options.connectionsPerAddress) var connectionsPerAddress: String?
    @Option(Options.requestsInFlight) var requestsInFlight: String?
    @Option(Options.requestLine) var requestLine: String?
    @Option(Options.headerFields) var headerFields: String?
    @Option(Options.headerSize) var headerSize: String?
    @Option(Options.bodyLimit) var bodyLimit: String?
    @Option(Options.fileLimit) var fileLimit: String?
    @Option(Options.bodiesInMemory) var bodiesInMemory: String?
    @Option(Options.bodiesOnDisk) var bodiesOnDisk: String?
    @Option(Options.headTime) var headTime: String?
    @Option(Options.bodyIdleTime) var bodyIdleTime: String?
    @Option(Options.bodyRate) var bodyRate: String?
    @Option(Options.bodyGrace) var bodyGrace: String?
    @Option(Options.idleTime) var idleTime: String?
    @Option(Options.writeTime) var writeTime: String?
    @Option(Options.writeRate) var writeRate: String?
    @Option(Options.waitingWrites) var waitingWrites: String?
    @Option(Options.writeWait) var writeWait: String?
    @Option(Options.waitingReads) var waitingReads: String?
    @Option(Options.requestsPerKey) var requestsPerKey: String?
    @Option(Options.requestsPerAddress) var requestsPerAddress: String?

    var given: [(OptionEntry, [String])] {
        [
            (Options.connections, connections.map { [$0] } ?? []),
            (Options.connectionsPerAddress, connectionsPerAddress.map { [$0] } ?? []),
            (Options.requestsInFlight, requestsInFlight.map { [$0] } ?? []),
            (Options.requestLine, requestLine.map { [$0] } ?? []),
            (Options.headerFields, headerFields.map { [$0] } ?? []),
            (Options.headerSize, headerSize.map { [$0] } ?? []),
            (Options.bodyLimit, bodyLimit.map { [$0] } ?? []),
            (Options.fileLimit, fileLimit.map { [$0] } ?? []),
            (Options.bodiesInMemory, bodiesInMemory.map { [$0] } ?? []),
            (Options.bodiesOnDisk, bodiesOnDisk.map { [$0] } ?? []),
            (Options.headTime, headTime.map { [$0] } ?? []),
            (Options.bodyIdleTime, bodyIdleTime.map { [$0] } ?? []),
            (Options.bodyRate, bodyRate.map { [$0] } ?? []),
            (Options.bodyGrace, bodyGrace.map { [$0] } ?? []),
            (Options.idleTime, idleTime.map { [$0] } ?? []),
            (Options.writeTime, writeTime.map { [$0] } ?? []),
            (Options.writeRate, writeRate.map { [$0] } ?? []),
            (Options.waitingWrites, waitingWrites.map { [$0] } ?? []),
            (Options.writeWait, writeWait.map { [$0] } ?? []),
            (Options.waitingReads, waitingReads.map { [$0] } ?? []),
            (Options.requestsPerKey, requestsPerKey.map { [$0] } ?? []),
            (Options.requestsPerAddress, requestsPerAddress.map { [$0] } ?? []),
        ]
    }
}

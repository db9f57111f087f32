extension Writer {
    package struct Options: Sendable {
        /// Requests that may wait; the next one is refused with `DatabaseError.overloaded`.
        package var maximumWaiting = 4096
        /// Requests in one transaction.
        package var groupSize = 256
        /// After so long no further request joins a transaction, so that the first one need not
        /// wait for too many others.
        package var groupTime = Duration.milliseconds(20)
        /// Pages in the WAL after which a checkpoint is made: 4 MiB at 4 KiB each.
        ///
        /// A checkpoint holds up the writer for as long as it takes to copy them.
        package var checkpointPages = 1000
        /// Without a write for so long, the WAL is emptied into the file.
        package var idleTime = Duration.seconds(2)
        /// How long the check after an I/O error may take.
        ///
        /// It reads the whole file, and writes are refused meanwhile.
        package var checkTime = Duration.seconds(5)
        /// Between two attempts to write again after an I/O error: the first wait, which doubles
        /// up to the longest.
        package var recoveryDelay = Duration.milliseconds(100)
        package var longestRecoveryDelay = Duration.seconds(5)

        package init() {}
    }
}

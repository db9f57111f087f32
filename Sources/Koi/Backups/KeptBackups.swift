import KoiLock

/// The backups that are kept, remembered so that a request need not look into their folder.
package final class KeptBackups: Sendable {
    private struct State {
        var backups: [BackupManifest] = []
        var kept = 1
    }

    private let state = Lock(State())

    /// Newest first.
    package var current: [BackupManifest] { state.withLock { $0.backups } }
    /// How many there are at most.
    package var kept: Int { state.withLock { $0.kept } }

    fileprivate func replace(_ backups: [BackupManifest], kept: Int) {
        state.withLock { state in
            state.backups = backups
            state.kept = max(kept, 1)
        }
    }
}

extension App {
    /// Makes a backup, see `Backups.make`, and remembers which are kept from then on.
    package func backUp(check: () throws -> Void = {}) throws -> BackupManifest {
        let made = try Backups(self).make(check: check)
        try rememberBackups()
        return made
    }

    func rememberBackups() throws {
        catalog.backups.replace(try Backups(self).list(), kept: backupsKept)
    }
}

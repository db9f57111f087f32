import ArgumentParser
import Foundation
import Koi

/// The flags of `koi serve`, as the table of options has them.
///
/// They are texts here: the table reads their values, as it reads those of the environment.
struct ServeOptions: ParsableArguments {
    @Option(Options.data) var data: String?
    @Option(Options.listen) var listen: [String] = []
    @Option(Options.socketMode) var socketMode: String?
    @Option(Options.tlsCert) var tlsCert: String?
    @Option(Options.tlsKey) var tlsKey: String?
    @Option(Options.redirect) var redirect: [String] = []
    @Option(Options.hsts) var hsts: String?
    @Option(Options.trustedProxy) var trustedProxy: [String] = []
    @Option(Options.webhookAllow) var webhookAllow: [String] = []
    @Option(Options.loops) var loops: String?
    @Option(Options.dailyBackup) var dailyBackup: String?
    @Option(Options.backupsKept) var backupsKept: String?
    @Option(Options.accessDays) var accessDays: String?
    @Option(Options.keepMessages) var keepMessages: String?
    @Option(Options.passwordCost) var passwordCost: String?
    @Option(Options.writeGroup) var writeGroup: String?
    @Option(Options.logLevel) var logLevel: String?
    @Option(Options.logFormat) var logFormat: String?
    @Option(Options.logRequests) var logRequests: String?

    @OptionGroup(title: "Limits") var limits: LimitOptions

    private var given: [(OptionEntry, [String])] {
        limits.given + [
            (Options.data, data.map { [$0] } ?? []),
            (Options.listen, listen),
            (Options.socketMode, socketMode.map { [$0] } ?? []),
            (Options.tlsCert, tlsCert.map { [$0] } ?? []),
            (Options.tlsKey, tlsKey.map { [$0] } ?? []),
            (Options.redirect, redirect),
            (Options.hsts, hsts.map { [$0] } ?? []),
            (Options.trustedProxy, trustedProxy),
            (Options.webhookAllow, webhookAllow),
            (Options.loops, loops.map { [$0] } ?? []),
            (Options.dailyBackup, dailyBackup.map { [$0] } ?? []),
            (Options.backupsKept, backupsKept.map { [$0] } ?? []),
            (Options.accessDays, accessDays.map { [$0] } ?? []),
            (Options.keepMessages, keepMessages.map { [$0] } ?? []),
            (Options.passwordCost, passwordCost.map { [$0] } ?? []),
            (Options.writeGroup, writeGroup.map { [$0] } ?? []),
            (Options.logLevel, logLevel.map { [$0] } ?? []),
            (Options.logFormat, logFormat.map { [$0] } ?? []),
            (Options.logRequests, logRequests.map { [$0] } ?? []),
        ]
    }

    /// While the command line is read, so that a refusal shows the usage of the command.
    func validate() throws {
        _ = try configuration()
    }

    /// - Throws: `ValidationError` (exit code 64) for a value that an option does not take.
    func configuration() throws -> Configuration {
        try Options.validated(
            Dictionary(given.map { ($0.0.name, $0.1) }, uniquingKeysWith: { first, _ in first })
        )
    }
}

/// The one option of every other command.
struct DataOptions: ParsableArguments {
    @Option(Options.data) var data: String?

    func validate() throws {
        _ = try configuration()
    }

    /// The set-up of the environment, with this folder.
    func configuration() throws -> Configuration {
        try Options.validated([Options.data.name: data.map { [$0] } ?? []])
    }
}

extension Options {
    /// The set-up by these flags and the environment.
    static func validated(_ flags: [String: [String]]) throws -> Configuration {
        do throws(OptionError) {
            return try configuration(
                flags: flags,
                environment: ProcessInfo.processInfo.environment
            )
        } catch {
            throw ValidationError(error.description)
        }
    }
}

extension Option where Value == String? {
    init(_ entry: OptionEntry) {
        self.init(name: .customLong(entry.name), help: entry.argumentHelp)
    }
}

extension Option where Value == [String] {
    init(wrappedValue: [String], _ entry: OptionEntry) {
        self.init(
            wrappedValue: wrappedValue,
            name: .customLong(entry.name),
            parsing: .singleValue,
            help: entry.argumentHelp
        )
    }
}

extension OptionEntry {
    var argumentHelp: ArgumentHelp {
        ArgumentHelp(stringLiteral: help).valued(value)
    }
}

extension ArgumentHelp {
    fileprivate func valued(_ name: String) -> ArgumentHelp {
        var copy = self
        copy.valueName = name
        return copy
    }
}

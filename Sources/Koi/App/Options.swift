import KoiHTTP

/// The options of `koi serve`, each listed once.
///
/// Flags, environment variables, their defaults, the text of `--help` and the table in the README all read this list.
package enum Options {
    package static let data = OptionEntry(
        "data",
        "FOLDER",
        fallback: "koi-data",
        "Where Koi keeps everything: database, files, backups and the socket of its commands."
    ) { $0.dataFolder = try OptionValue.folder($1) }

    package static let listen = OptionEntry(
        "listen",
        "ADDRESS",
        fallback: "127.0.0.1:8080",
        repeats: true,
        """
        An address to serve at: HOST:PORT, IPv6 in brackets, or unix:PATH; with a certificate by HTTPS unless http:// stands \
        in front; repeat the flag, or put commas, for several.
        """
    ) { $0.listeners = try OptionValue.addresses($1) }

    package static let socketMode = OptionEntry(
        "socket-mode",
        "MODE",
        fallback: "0660",
        "Who may reach Koi over a Unix socket of --listen, as chmod takes it: 0600, 0660 or 0666."
    ) { $0.socketMode = try OptionValue.mode($1) }

    package static let tlsCert = OptionEntry(
        "tls-cert",
        "FILE",
        fallback: "none",
        "A PEM file with the certificate to serve HTTPS with, and then its chain; read again at SIGHUP."
    ) { $0.certificate = try OptionValue.file($1) }

    package static let tlsKey = OptionEntry(
        "tls-key",
        "FILE",
        fallback: "none",
        "A PEM file with the key of the certificate, without a passphrase."
    ) { $0.key = try OptionValue.file($1) }

    package static let redirect = OptionEntry(
        "redirect",
        "ADDRESS",
        fallback: "none",
        repeats: true,
        "An address, such as 0.0.0.0:80, from which browsers are sent on to HTTPS; repeat the flag, or put commas, for several."
    ) { $0.redirects = $1 == "none" ? [] : try OptionValue.addresses($1) }

    package static let hsts = OptionEntry(
        "hsts",
        "DAYS",
        fallback: "365",
        "How long browsers remember to come by HTTPS only, from 0 (not at all) to 3650; sent where they came by it."
    ) { $0.strictDays = try OptionValue.number($1, 0...3_650) }

    package static let trustedProxy = OptionEntry(
        "trusted-proxy",
        "ADDRESS",
        fallback: "none",
        repeats: true,
        """
        A proxy whose X-Forwarded-For or Forwarded fields say who asks: an address, a range such as 10.0.0.0/8, or unix for \
        whoever comes over a Unix socket; repeat the flag, or put commas, for several.
        """
    ) { $0.proxies = try OptionValue.proxies($1) }

    package static let webhookAllow = OptionEntry(
        "webhook-allow",
        "RANGE",
        fallback: "none",
        repeats: true,
        """
        Where in the own network requests of Koi may go, also without TLS: an address, or a range such as 10.1.0.0/16; without \
        it they go into the Internet only. Repeat the flag, or put commas, for several.
        """
    ) { $0.outgoing = try OptionValue.addressPolicy($1) }

    package static let loops = OptionEntry(
        "loops",
        "NUMBER",
        fallback: "auto",
        "Event loops, from 1 to 256; auto is one for each core."
    ) { $0.loops = $1 == "auto" ? nil : try OptionValue.number($1, 1...256) }

    package static let dailyBackup = OptionEntry(
        "daily-backup",
        "on|off",
        fallback: "on",
        "Whether Koi makes a backup every day."
    ) { $0.backsUpDaily = try OptionValue.flag($1) }

    package static let backupsKept = OptionEntry(
        "backups-kept",
        "NUMBER",
        fallback: "7",
        "How many backups are kept, from 1 to 1000; the oldest goes first."
    ) { $0.backupsKept = try OptionValue.number($1, 1...1_000) }

    package static let accessDays = OptionEntry(
        "access-days",
        "NUMBER",
        fallback: "180",
        "How many days it is kept who read what is held back from others and what was refused, from 1 to 3650."
    ) { $0.accessDays = try OptionValue.number($1, 1...3_650) }

    package static let keepMessages = OptionEntry(
        "keep-messages",
        "on|off",
        fallback: "off",
        "Whether mails and messages go into the folder outgoing of the data folder in place of the network, for trying."
    ) { $0.keepsMessages = try OptionValue.flag($1) }

    package static let passwordCost = OptionEntry(
        "password-cost",
        "NUMBER",
        fallback: "15",
        "What hashing a password costs, from 10 to 20; each step takes twice the time and memory, 15 takes 32 MiB."
    ) { $0.passwordCost = PasswordCost(n: 1 << Int64(try OptionValue.number($1, 10...20))) }

    package static let writeGroup = OptionEntry(
        "write-group",
        "NUMBER",
        fallback: "256",
        "How many writes may share one commit, from 1 to 10000."
    ) { $0.writeGroup = try OptionValue.number($1, 1...10_000) }

    package static let logLevel = OptionEntry(
        "log-level",
        "LEVEL",
        fallback: "info",
        "What is logged: trace, debug, info, notice, warning, error or critical, and what is graver."
    ) { $0.logLevel = try OptionValue.logLevel($1) }

    package static let logFormat = OptionEntry(
        "log-format",
        "json|text|auto",
        fallback: "auto",
        "How the log is written: an object for each line, lines for people, or auto: text on a terminal, else JSON."
    ) { $0.logFormat = try OptionValue.choice($1) }

    package static let logRequests = OptionEntry(
        "log-requests",
        "all|slow|off",
        fallback: "all",
        "Which requests have a line in the log; slow are those of half a second and more, broken off or failed in Koi."
    ) { $0.loggedRequests = try OptionValue.choice($1) }

    package static let all =
        [
            data, listen, socketMode, tlsCert, tlsKey, redirect, hsts, trustedProxy, webhookAllow, loops, dailyBackup,
            backupsKept, accessDays, keepMessages, passwordCost, writeGroup, logLevel, logFormat, logRequests,
        ] + limits

    /// How Koi is to be set up: a flag before an environment variable before the default.
    ///
    /// An empty variable counts as unset, since a compose file cannot leave one out.
    ///
    /// - Parameters:
    ///   - flags: the values given on the command line, by the name of their option.
    ///   - environment: the variables of the process.
    /// - Throws: `OptionError`, naming where the bad value stands and what would be a good one.
    package static func configuration(
        flags: [String: [String]],
        environment: [String: String]
    ) throws(OptionError) -> Configuration {
        var configuration = Configuration()
        for option in all {
            try option.apply(flags: flags, environment: environment, to: &configuration)
        }
        try configuration.checkTLS()
        return configuration
    }

    /// The table of the README.
    package static var markdown: String {
        var lines = ["| Flag | Environment | Default | Meaning |", "|---|---|---|---|"]
        for option in all {
            let value = option.value.replacing("|", with: "\\|")
            lines.append(
                "| `\(option.flag) \(value)` | `\(option.variable)` | `\(option.fallback)` | \(option.sentence) |"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

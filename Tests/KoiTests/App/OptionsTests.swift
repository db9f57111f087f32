import KoiHTTP
import Testing

@testable import Koi

@Suite struct OptionsTests {
    @Test func `the defaults of the table are those of the configuration`() throws {
        let given = try Options.configuration(flags: [:], environment: [:])
        let plain = Configuration()
        #expect(given.dataFolder == plain.dataFolder)
        #expect(given.listeners == plain.listeners)
        #expect(given.loops == plain.loops)
        #expect(given.limits == plain.limits)
        #expect(given.backupsKept == plain.backupsKept)
        #expect(given.backsUpDaily == plain.backsUpDaily)
        #expect(given.logLevel == plain.logLevel)
        #expect(given.proxies == plain.proxies)
        #expect(given.waitingWrites == plain.waitingWrites)
        #expect(given.writeWait == plain.writeWait)
        #expect(given.waitingReads == plain.waitingReads)
    }

    @Test func `a flag goes before the environment and that before the default`() throws {
        let environment = ["KOI_BACKUPS_KEPT": "3", "KOI_LOOPS": "2"]
        let given = try Options.configuration(
            flags: ["backups-kept": ["5"]],
            environment: environment
        )
        #expect(given.backupsKept == 5)
        #expect(given.loops == 2)
        #expect(given.dataFolder == "koi-data")
    }

    @Test func `an empty variable counts as unset`() throws {
        let given = try Options.configuration(flags: [:], environment: ["KOI_DATA": ""])
        #expect(given.dataFolder == "koi-data")
    }

    @Test func `repeated flags and commas in a variable give several addresses`() throws {
        let both: [ListenAddress] = [
            .tcp(host: "0.0.0.0", port: 80, .byCertificate), .tcp(host: "::1", port: 81, .byCertificate),
        ]
        let flags = try Options.configuration(
            flags: ["listen": ["0.0.0.0:80", "[::1]:81"]],
            environment: [:]
        )
        #expect(flags.listeners == both)
        let variable = try Options.configuration(
            flags: [:],
            environment: ["KOI_LISTEN": "0.0.0.0:80, [::1]:81,0.0.0.0:80"]
        )
        #expect(variable.listeners == both)
    }

    @Test(arguments: [
        (["tls-cert": ["a"]], "--tls-cert"), (["tls-key": ["a"]], "--tls-key"),
        (["redirect": ["0.0.0.0:80"]], "--redirect"),
        (["listen": ["https://127.0.0.1:8443"]], "--listen"),
    ])
    func `what needs a certificate and its key is refused without`(flags: [String: [String]], place: String) {
        let error = #expect(throws: OptionError.self) { try Options.configuration(flags: flags, environment: [:]) }
        #expect(error?.place == place)
    }

    @Test func `with a certificate all is served by HTTPS but for sockets and what says http`() throws {
        let flags = [
            "tls-cert": ["a"], "tls-key": ["b"], "redirect": ["0.0.0.0:80"], "socket-mode": ["0600"],
            "listen": ["0.0.0.0:443", "http://127.0.0.1:8080", "https://[::1]:8443", "unix:/run/koi.sock"],
        ]
        let given = try Options.configuration(flags: flags, environment: [:])
        #expect(
            given.allListeners == [
                Listener(.tcp(host: "0.0.0.0", port: 443), .tls),
                Listener(.tcp(host: "127.0.0.1", port: 8_080), .application),
                Listener(.tcp(host: "::1", port: 8_443), .tls),
                Listener(.unix(path: "/run/koi.sock", mode: 0o600), .application),
                Listener(.tcp(host: "0.0.0.0", port: 80), .redirect),
            ]
        )
    }

    @Test func `trusted proxies are addresses, ranges and Unix sockets`() throws {
        let given = try Options.configuration(
            flags: ["trusted-proxy": ["10.0.0.0/8", "::1", "unix"]],
            environment: [:]
        )
        #expect(given.proxies.contains("10.9.8.7"))
        #expect(given.proxies.contains("::1"))
        #expect(given.proxies.contains(""))
        #expect(!given.proxies.contains("11.0.0.1"))
    }

    @Test(arguments: [
        ("data", ""), ("listen", "8080"), ("loops", "+5"), ("loops", "0"), ("loops", "257"),
        ("loops", "99999999999999999999"), ("connections", "many"), ("body-limit", "1kb"),
        ("body-limit", "0"), ("body-limit", "-1MiB"), ("body-limit", "9223372036854775807GiB"),
        ("body-limit", "KiB"), ("daily-backup", "yes"),
        ("idle-time", "10"), ("idle-time", "0s"), ("idle-time", "+1s"), ("idle-time", "2h"), ("idle-time", "s"),
        ("idle-time", "9223372036854775807h"), ("idle-time", "1.5s"), ("backups-kept", "0"),
        ("backups-kept", " 7"), ("log-level", "loud"), ("trusted-proxy", "proxy.example.com"),
        ("socket-mode", "66"), ("socket-mode", "0668"), ("socket-mode", "rw"), ("hsts", "3651"), ("hsts", "-1"),
        ("tls-cert", ""), ("redirect", "80"),
        ("trusted-proxy", "10.0.0.0/33"),
        ("trusted-proxy", "10.0.0.0/"), ("trusted-proxy", "10.0.0.1,"), ("trusted-proxy", "::1/+8"),
    ])
    func `a bad value is refused by the name of its flag`(option: String, value: String) {
        let error = #expect(throws: OptionError.self) {
            try Options.configuration(flags: [option: [value]], environment: [:])
        }
        #expect(error?.place == "--" + option)
        #expect(error?.value == value)
    }

    @Test func `a bad variable is refused by its own name`() {
        let error = #expect(throws: OptionError.self) {
            try Options.configuration(flags: [:], environment: ["KOI_LOG_LEVEL": "loud"])
        }
        #expect(
            error?.description
                == "KOI_LOG_LEVEL cannot be \"loud\": give one of trace, debug, info, notice, warning, error, critical."
        )
    }

    @Test(arguments: [
        ("65536", 65_536), ("1KiB", 1_024), ("4MiB", 4_194_304), ("1GiB", 1_073_741_824),
    ])
    func `sizes are bytes or have a unit`(text: String, bytes: Int) throws {
        let given = try Options.configuration(flags: ["body-limit": [text]], environment: [:])
        #expect(given.limits.body == bytes)
    }

    @Test(arguments: [("500ms", 500), ("10s", 10_000), ("2m", 120_000), ("1h", 3_600_000)])
    func `times have a unit`(text: String, milliseconds: Int) throws {
        let given = try Options.configuration(flags: ["idle-time": [text]], environment: [:])
        #expect(given.limits.idleTime == milliseconds)
    }

    @Test func `the table of the README has a row for each option`() {
        let rows = Options.markdown.split(separator: "\n").dropFirst(2)
        #expect(rows.count == Options.all.count)
        for (row, option) in zip(rows, Options.all) {
            #expect(row.hasPrefix("| `\(option.flag) "))
            #expect(row.contains("| `\(option.variable)` | `\(option.fallback)` |"))
            // A bar within a cell would end it.
            #expect(row.replacing("\\|", with: "").split(separator: "|").count == 4)
        }
    }

    @Test func `no two options share a name`() {
        #expect(Set(Options.all.map(\.name)).count == Options.all.count)
    }
}

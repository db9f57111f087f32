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
        let both: [Listener] = [.tcp(host: "0.0.0.0", port: 80), .tcp(host: "::1", port: 81)]
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
        ("data", ""), ("listen", "8080"), ("loops", "+5"), ("loops", "0"), ("loops", "257"),
        ("loops", "99999999999999999999"), ("connections", "many"), ("body-limit", "1kb"),
        ("body-limit", "0"), ("body-limit", "-1MiB"), ("body-limit", "9223372036854775807GiB"),
        ("body-limit", "KiB"), ("daily-backup", "yes"), ("backups-kept", "0"),
        ("backups-kept", " 7"), ("log-level", "loud"),
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

import KoiHTTP
import KoiJSON

/// `/v1/settings`: what holds for the whole company.
package enum SettingsRoutes {
    package static let routes: [Route] = [
        .get("/v1/settings", show).permitted(.area(.settings, .read)).documented(SettingsDocumentation.show),
        .patch("/v1/settings", change).permitted(.area(.settings, .change)).documented(SettingsDocumentation.change),
    ]

    private static func show(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let isTechnical = call.actor.access.allows(.change, on: Area.settings.rawValue)
        let found = try read(call, isTechnical ? Settings.shown : Settings.shownToAll)
        return try .record(found.json, version: found.version, for: call)
    }

    private static func change(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        try SettingsService(call.transaction()).change(call.object(), match: call.match)
        let changed = try read(call)
        return .changed(changed.json, version: changed.version)
    }

    private static func read(
        _ call: Call,
        _ selection: Selection = Settings.shown
    ) throws -> (version: Int64, json: [UInt8]) {
        try RecordReader(Settings.resource, call.transaction()).find(Settings.id, selection)
    }
}

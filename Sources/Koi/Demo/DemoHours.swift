import KoiJSON

/// When the demo company works.
struct DemoHours {
    private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday"]

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    func add(to staff: DemoStaff) throws {
        let calendars = RecordService(WorkingCalendar.resource, transaction)
        _ = try calendars.add([
            "name": "重庆", "main": true, "timeZone": "Asia/Shanghai",
            "hours": hours([("09:00", "12:00"), ("13:00", "18:00")]),
        ])
        let abroad = try calendars.add([
            "name": "London", "timeZone": "Europe/London", "hours": hours([("09:00", "17:30")]),
        ])
        for address in ["emma.clarke", "daniel.reed"] {
            guard let user = staff[address] else { continue }
            _ = try RecordService(User.resource, transaction).change(user, ["calendar": .integer(abroad.id)])
        }
    }

    private func hours(_ windows: [(from: String, to: String)]) -> JSONValue {
        .array(
            DemoHours.weekdays.flatMap { day in
                windows.map { ["day": .string(day), "from": .string($0.from), "to": .string($0.to)] }
            }
        )
    }
}

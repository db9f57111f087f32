import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// Adds up from the log what a report says, and compares the two.
struct ReportLedger {
    /// All of the year, and two parts of it.
    static let periods = [
        (PlayedYear.start, PlayedYear.end), ("2026-02-10T00:00:00.000Z", "2026-04-15T00:00:00.000Z"),
        ("2026-08-01T04:30:00.000Z", "2026-10-01T04:30:00.000Z"),
    ]

    let koi: TestApp
    let log: LogModel
    let asker: LogModel.Asker

    init(_ koi: TestApp, _ log: LogModel, _ asker: LogModel.Asker) {
        self.koi = koi
        self.log = log
        self.asker = asker
    }

    func report(_ name: String, _ from: String, _ to: String) throws -> TestAnswer {
        try ask("/v1/reports/\(name)?from=\(from)&to=\(to)")
    }

    func ask(_ target: String) throws -> TestAnswer {
        let answer = try koi.request(.get, target, key: asker.key)
        #expect(answer.status == .ok, "\(asker.name): \(answer.text)")
        return answer
    }

    static func time(_ text: String) throws -> Int64 { try #require(Timestamp.read(text)) }

    /// In per cent, to a tenth.
    static func percent(_ part: Int, of all: Int) -> Double {
        all > 0 ? (Double(part) * 1_000 / Double(all)).rounded() / 10 : 0
    }

    /// The histories of the records of a resource that the asker sees by now.
    func seen(_ resource: String) -> [[LogModel.Entry]] {
        log.histories(of: resource).filter { asker.sees(LogModel.past($0)) }
    }
}

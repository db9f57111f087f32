import KoiHTTP
import KoiSQLite

/// Why Koi should not be given work.
enum Unready: Error, Equatable {
    case stopping
    /// The writer has stopped after an I/O error, or a write failed.
    case cannotWrite
    case diskFull
    /// A write was not done in time.
    case stuck
    case notMigrated

    /// What a failed write says.
    init(_ error: any Error) {
        self =
            switch error {
            case let reason as Unready: reason
            case DatabaseError.full: .diskFull
            case DatabaseError.overloaded: .stuck
            default: .cannotWrite
            }
    }

    var problem: Problem {
        Problem(.serviceUnavailable, code, sentence, fields: [("Retry-After", "1")])
    }

    private var code: String {
        switch self {
        case .stopping: "stopping"
        case .cannotWrite: "unavailable"
        case .diskFull: "disk_full"
        case .stuck: "writes_stuck"
        case .notMigrated: "not_migrated"
        }
    }

    private var sentence: Text {
        switch self {
        case .stopping: Text("Koi is about to stop.", "Koi 即将停止。")
        case .cannotWrite:
            Text("Koi cannot write at the moment. Try again soon.", "Koi 暂时无法写入，请稍后重试。")
        case .diskFull:
            Text("The disk of the data folder has no room left.", "数据目录所在磁盘空间不足。")
        case .stuck: Text("The database does not finish writes in time.", "数据库未能及时完成写入。")
        case .notMigrated:
            Text("The database has not the schema of this program.", "数据库结构与此程序不符。")
        }
    }
}

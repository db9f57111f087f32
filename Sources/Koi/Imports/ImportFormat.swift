import KoiFormats
import KoiHTTP

/// The forms of files that can be imported.
package enum ImportFormat: String, Sendable, CaseIterable {
    case csv
    /// JSON lines.
    case ndjson
    case vcard

    /// - Parameter type: a media type without its parameters, in small letters.
    init?(mediaType type: String) {
        switch type {
        case "text/csv", "text/tab-separated-values", "application/csv": self = .csv
        case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines":
            self = .ndjson
        case "text/vcard", "text/x-vcard", "text/directory": self = .vcard
        default: return nil
        }
    }

    var mediaType: String {
        switch self {
        case .csv: "text/csv; charset=utf-8"
        case .ndjson: "application/x-ndjson"
        case .vcard: "text/vcard; charset=utf-8"
        }
    }

    var fileExtension: String {
        switch self {
        case .csv: "csv"
        case .ndjson: "ndjson"
        case .vcard: "vcf"
        }
    }

    /// Tells by how a text begins.
    static func detect(in window: inout ByteWindow, from start: Int) throws -> ImportFormat {
        let head = try window.bytes(start..<start + 256).drop { $0 <= 0x20 }
        if head.first == UInt8(ascii: "{") { return .ndjson }
        let word = String(decoding: head.prefix(11), as: UTF8.self).uppercased()
        return word == "BEGIN:VCARD" ? .vcard : .csv
    }

    /// Whether bytes begin as those of a spreadsheet do: a ZIP archive, or the older form of Excel.
    static func isSpreadsheet(_ head: [UInt8]) -> Bool {
        head.starts(with: [0x50, 0x4B, 0x03, 0x04]) || head.starts(with: [0xD0, 0xCF, 0x11, 0xE0])
    }

    static let spreadsheet = Problem(
        .unsupportedMediaType,
        "spreadsheet",
        Text(
            "Koi reads no Excel files (.xlsx, .xls). In the spreadsheet choose Save As, CSV UTF-8, and send that file.",
            "Koi 不能读取 Excel 文件（.xlsx、.xls）。请在表格软件中另存为“CSV UTF-8”，再发送该文件。"
        )
    )
}

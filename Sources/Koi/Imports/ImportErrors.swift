import KoiFormats
import KoiHTTP
import KoiJSON

/// The rows of an import that were not taken, as they came, each with its line and what is wrong with it: a file that can be
/// mended and sent again.
struct ImportErrors: Sendable {
    /// Rows, and bytes of the file, of one page.
    private static let rows = 200
    private static let bytes = 1 << 20
    /// What is repeated of a row at most.
    private static let longest = 4 << 20

    private let order: Import
    private let folder: ImportFolder
    private let language: Language

    init(_ order: Import, _ folder: ImportFolder, _ language: Language) {
        self.order = order
        self.folder = folder
        self.language = language
    }

    /// - Throws: `Problem.conflict` where the file is not there any more.
    func answer(to call: Call, _ app: App) throws -> Answer {
        guard let name = order.file, let file = try? folder.open(name) else {
            throw Problem.conflict("file_gone", ImportRun.gone.message)
        }
        let pages = StreamedPages(app, call.request, from: -1) { transaction, offset in
            try page(after: offset, file, transaction)
        }
        let target = "attachment; filename=\"import-\(order.id)-errors.\(order.format.fileExtension)\""
        return .stream(pages, type: order.format.mediaType, fields: [("Content-Disposition", target)])
    }

    private func page(
        after offset: Int,
        _ file: ImportFile,
        _ transaction: Transaction
    ) throws -> (bytes: [UInt8], next: Int?) {
        var bytes = offset < 0 ? try beginning(file) : []
        let found = try ImportStore(transaction.connection).problems(
            of: order.id,
            after: offset,
            limit: ImportErrors.rows
        )
        var last = offset
        for problem in found {
            try append(problem, file, to: &bytes)
            last = problem.place.offset
            if bytes.count > ImportErrors.bytes { return (bytes, last) }
        }
        return (bytes, found.count < ImportErrors.rows ? nil : last)
    }

    /// The headings as they came, with two more.
    private func beginning(_ file: ImportFile) throws -> [UInt8] {
        guard order.format == .csv else { return [] }
        var bytes = CSV.byteOrderMark
        row(order.columns.map(\.heading) + [ImportErrors.line, ImportErrors.problem], to: &bytes)
        return bytes
    }

    /// Headings that a mapping passes over when the mended file comes back.
    private static let line = "Koi line"
    private static let problem = "Koi problem"

    private func append(_ problem: ImportProblem, _ file: ImportFile, to bytes: inout [UInt8]) throws {
        let count = min(problem.length, ImportErrors.longest)
        let raw = count > 0 ? try file.window(from: problem.place.offset, count) : []
        let text = problem.text(language)
        switch order.format {
        case .csv: try appendRow(problem, raw, text, to: &bytes)
        case .ndjson: appendObject(problem, raw, text, to: &bytes)
        case .vcard: appendCard(problem, raw, text, to: &bytes)
        }
    }

    /// Where the cells cannot be told, all of the line stands in the first.
    private func appendRow(_ problem: ImportProblem, _ raw: [UInt8], _ text: String, to bytes: inout [UInt8]) throws {
        var reader = CSVReader(
            ByteWindow(raw),
            CSVDialect(delimiter: order.dialect.delimiter, quote: order.dialect.quote)
        )
        let read = problem.length <= ImportErrors.longest ? try reader.next() : nil
        var cells: [String]
        if let read, read.fault == nil {
            cells = read.cells.map { $0.stringValue ?? "" }
        } else {
            cells = [String(decoding: raw.prefix(1 << 16), as: UTF8.self)]
        }
        while cells.count < order.columns.count { cells.append("") }
        row(cells + [String(problem.place.line), text], to: &bytes)
    }

    /// With the delimiter of the file, and every cell as it was: apostrophes in front of formulas came with it or not.
    private func row(_ cells: [String], to bytes: inout [UInt8]) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(order.dialect.delimiter) }
            let isPlain = cell.utf8.allSatisfy {
                $0 != order.dialect.delimiter && $0 != order.dialect.quote && $0 != 0x0A && $0 != 0x0D
            }
            guard !isPlain else {
                bytes += cell.utf8
                continue
            }
            bytes.append(order.dialect.quote)
            for byte in cell.utf8 {
                if byte == order.dialect.quote { bytes.append(byte) }
                bytes.append(byte)
            }
            bytes.append(order.dialect.quote)
        }
        bytes += [0x0D, 0x0A]
    }

    private func appendObject(_ problem: ImportProblem, _ raw: [UInt8], _ text: String, to bytes: inout [UInt8]) {
        var members =
            (try? JSONReader.read(raw))?.objectValue?.members
            ?? [.init(name: ImportErrors.text, value: .string(String(decoding: raw.prefix(1 << 16), as: UTF8.self)))]
        members.removeAll { $0.name == ImportErrors.line || $0.name == ImportErrors.problem }
        members.append(.init(name: ImportErrors.line, value: .integer(Int64(problem.place.line))))
        members.append(.init(name: ImportErrors.problem, value: .string(text)))
        bytes += Array(JSONValue.object(JSONObject(members)).text.utf8) + [0x0A]
    }

    private static let text = "Koi text"

    /// RFC 6350 §6.10: what is not for everybody begins with X-.
    private func appendCard(_ problem: ImportProblem, _ raw: [UInt8], _ text: String, to bytes: inout [UInt8]) {
        let lines = raw.split(separator: 0x0A, omittingEmptySubsequences: true).map {
            $0.last == 0x0D ? $0.dropLast() : $0
        }
        let note = "X-KOI-PROBLEM:line \(problem.place.line): \(VCardWriter.escaped(text))"
        let isCard =
            lines.count > 1 && lines.last.map { String(decoding: $0, as: UTF8.self).uppercased() } == "END:VCARD"
        for line in isCard ? lines.dropLast() : lines[...] { bytes += Array(line) + [0x0D, 0x0A] }
        bytes += Array(note.utf8) + [0x0D, 0x0A]
        if isCard { bytes += Array("END:VCARD\r\n".utf8) }
    }
}

extension ImportFile {
    /// All of a range, as far as the file has it.
    func window(from offset: Int, _ count: Int) throws -> [UInt8] {
        var window = window()
        return try window.bytes(offset..<offset + count)
    }
}

import KoiFormats
import KoiHTTP
import KoiJSON

/// Takes a file in that was sent: tells its encoding and form, stores it as UTF-8, reads its headings and proposes where the
/// columns go.
///
/// Blocks, and never runs on a loop or in the writer.
struct ImportIntake {
    /// What the sender says of the file; the rest is told from its bytes.
    struct Wish: Sendable {
        var name: String?
        var format: ImportFormat?
        var encoding: FileEncoding?
        var delimiter: UInt8?
    }

    /// How long a file is kept.
    static let keptFor: Int64 = 7 * 86_400_000
    private static let sampleRows = 200
    private static let maximumColumns = 1_000
    private static let samples = 3
    private static let sampleLength = 100

    let folder: ImportFolder
    let randomness: Randomness

    /// - Throws: `Problem` that says what to do with a file that cannot be read.
    func take(
        _ upload: Upload,
        _ wish: Wish,
        for resource: Resource,
        as actor: Actor,
        _ catalog: Catalog
    ) throws -> ImportStore.New {
        var source = upload.window()
        let head = try source.bytes(0..<8)
        guard !head.isEmpty else { throw ImportIntake.empty }
        if ImportFormat.isSpreadsheet(head) { throw ImportFormat.spreadsheet }
        let found = try DetectedEncoding.detect(in: &source)
        // A byte order mark is surer than what a client says of it.
        let encoding =
            found.start > 0 ? found : wish.encoding.map { DetectedEncoding($0, start: 0) } ?? found
        let name = randomness.bytes(16).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        try folder.store(upload, as: name, encoding)
        do {
            let file = try folder.open(name)
            let start = encoding.encoding == .utf8 ? encoding.start : 0
            return try describe(file, name, from: start, encoding.encoding, wish, resource, actor, catalog)
        } catch {
            folder.remove(name)
            throw error
        }
    }

    private func describe(
        _ file: ImportFile,
        _ name: String,
        from start: Int,
        _ encoding: FileEncoding,
        _ wish: Wish,
        _ resource: Resource,
        _ actor: Actor,
        _ catalog: Catalog
    ) throws -> ImportStore.New {
        var window = file.window()
        let format = try wish.format ?? ImportFormat.detect(in: &window, from: start)
        let (dialect, headings, place) = try headings(file, format, from: start, wish.delimiter)
        let columns = try columns(file, format, dialect, headings, from: place)
        let matcher = HeadingMatcher(
            resource,
            catalog.customFields.current.fields(of: resource.name),
            actor.access.restrictions(of: resource.name)
        )
        return ImportStore.New(
            resource: resource.name,
            name: wish.name,
            format: format,
            encoding: encoding,
            dialect: dialect,
            file: name,
            size: file.size,
            start: place,
            columns: columns,
            settings: ImportSettings(mapping: matcher.propose(for: headings))
        )
    }

    // MARK: Headings

    private func headings(
        _ file: ImportFile,
        _ format: ImportFormat,
        from start: Int,
        _ delimiter: UInt8?
    ) throws -> (CSVDialect?, [String], Place) {
        let window = ByteWindow { try file.read(start + $0, $1) }
        switch format {
        case .vcard: return (nil, VCardReader.columns, Place(offset: start))
        case .ndjson: return (nil, try members(window), Place(offset: start))
        case .csv:
            let dialect = try CSVDialect.detect(in: window, delimiter: delimiter)
            var reader = CSVReader(window, dialect)
            guard let row = try reader.next() else { throw ImportIntake.empty }
            if let fault = row.fault { throw Problem.invalid([fault.issue]) }
            let headings = row.cells.map { ($0.stringValue ?? "").trimmingSpaces }
            return (dialect, headings, Place(offset: start + reader.place.offset, line: reader.place.line))
        }
    }

    /// The members of all objects, since one that few have would be lost otherwise.
    private func members(_ window: ByteWindow) throws -> [String] {
        var reader = JSONLinesReader(window, columns: [])
        var names: [String] = []
        var seen: Set<String> = []
        while names.count < ImportIntake.maximumColumns, let line = try reader.nextObject() {
            for member in line.object?.members ?? [] where seen.insert(member.name).inserted {
                names.append(member.name)
            }
        }
        guard !names.isEmpty else { throw ImportIntake.noObjects }
        return names
    }

    /// The columns with the first values in each.
    private func columns(
        _ file: ImportFile,
        _ format: ImportFormat,
        _ dialect: CSVDialect?,
        _ headings: [String],
        from place: Place
    ) throws -> [ImportColumn] {
        var reader: any RowReader =
            switch format {
            case .csv: CSVReader(file.window(), dialect ?? CSVDialect(), width: headings.count, from: place)
            case .ndjson: JSONLinesReader(file.window(), columns: headings, from: place)
            case .vcard: VCardReader(file.window(), from: place)
            }
        var samples = [[String]](repeating: [], count: headings.count)
        var rows = 0
        while rows < ImportIntake.sampleRows, let row = try reader.next() {
            rows += 1
            for (index, cell) in row.cells.enumerated()
            where index < samples.count && samples[index].count < ImportIntake.samples {
                let text = cell.stringValue ?? (cell.isNull ? "" : cell.text)
                let sample = String(text.prefix(ImportIntake.sampleLength))
                if !sample.isEmpty, !samples[index].contains(sample) { samples[index].append(sample) }
            }
        }
        return zip(headings, samples).map { ImportColumn(heading: $0, samples: $1) }
    }

    static let empty = Problem(
        .unprocessableContent,
        "empty_file",
        Text("The file is empty.", "文件为空。")
    )
    private static let noObjects = Problem(
        .unprocessableContent,
        "no_objects",
        Text("No line of the file is a JSON object.", "文件中没有任何一行是 JSON 对象。")
    )
}

/// Gathers the parts of a `multipart/form-data` body: small ones in memory, large ones in files.
package struct MultipartCollector: ~Copyable {
    private enum Content: ~Copyable {
        case none
        case bytes([UInt8])
        case file(SpoolWriter)
    }

    private struct Header {
        var name: String
        var filename: String?
        var contentType: String?
    }

    private let folder: String
    private let limits: Limits
    private let budget: ByteBudget
    /// Of the parts that are not in files.
    private(set) var bytesInMemory = 0
    private var parser: MultipartParser
    private var header: Header?
    private var content = Content.none
    private var parts: [Part] = []

    init(boundary: [UInt8], folder: String, limits: Limits, budget: ByteBudget) {
        self.folder = folder
        self.limits = limits
        self.budget = budget
        parser = MultipartParser(boundary: boundary, headerLimit: limits.partHeader)
    }

    /// For a form that does not share what may be stored with others.
    package init(boundary: [UInt8], folder: String, limits: Limits) {
        self.init(boundary: boundary, folder: folder, limits: limits, budget: ByteBudget(1 << 40))
    }

    package mutating func append(_ piece: UnsafeRawBufferPointer) throws(Refusal) {
        var parser = self.parser
        try parser.read(piece) { event throws(Refusal) in
            switch event {
            case .header(let lines): try begin(lines)
            case .data(let bytes): try store(bytes)
            case .heldData(let bytes):
                try bytes.withBytes { bytes throws(Refusal) in try store(bytes) }
            case .partEnd: try end()
            }
        }
        self.parser = parser
    }

    package consuming func finish() throws(Refusal) -> [Part] {
        guard parser.isComplete else {
            throw .bad("bad_multipart", "The multipart body ends before its last boundary.")
        }
        return parts
    }

    private mutating func begin(_ lines: [[UInt8]]) throws(Refusal) {
        guard parts.count < limits.parts else {
            throw Refusal(
                .contentTooLarge,
                code: "too_many_parts",
                detail: "The multipart body has more than \(limits.parts) parts."
            )
        }
        var disposition: ParameterList?
        var contentType: String?
        for line in lines {
            let (name, value) = try line.withBytes { bytes throws(Refusal) in
                let (name, value) = try FieldLine.read(bytes)
                return (name.text.lowercased(), value.text)
            }
            if name == "content-disposition" { disposition = ParameterList(value) }
            if name == "content-type" { contentType = value }
        }
        // RFC 7578 §4.2: each part has a Content-Disposition of form-data with a name.
        guard let disposition, disposition.value.lowercased() == "form-data",
            let name = disposition["name"]
        else {
            throw .bad("bad_multipart", "A part of the multipart body has no name.")
        }
        header = Header(name: name, filename: disposition["filename"], contentType: contentType)
        content = .bytes([])
    }

    private mutating func store(_ piece: UnsafeRawBufferPointer) throws(Refusal) {
        var content = Content.none
        swap(&content, &self.content)
        switch consume content {
        case .none:
            break
        case .bytes(var bytes) where bytes.count + piece.count <= limits.partInMemory:
            bytes.append(contentsOf: piece)
            bytesInMemory += piece.count
            self.content = .bytes(bytes)
        case .bytes(let bytes):
            var writer = try SpoolWriter(folder: folder, budget: budget)
            bytesInMemory -= bytes.count
            try bytes.withBytes { bytes throws(Refusal) in try writer.write(bytes) }
            try writer.write(piece)
            self.content = .file(writer)
        case .file(var writer):
            try writer.write(piece)
            self.content = .file(writer)
        }
    }

    private mutating func end() throws(Refusal) {
        var content = Content.none
        swap(&content, &self.content)
        guard let header else { return }
        let stored: Part.Content? =
            switch consume content {
            case .none: nil
            case .bytes(let bytes): .bytes(bytes)
            case .file(let writer): .file(try writer.finish())
            }
        guard let stored else { return }
        parts.append(
            Part(
                name: header.name,
                filename: header.filename,
                contentType: header.contentType,
                content: stored
            )
        )
    }
}

/// A file that came with a mail.
package struct IncomingFile: Sendable {
    /// Without a path, and without what would make it look like another; it may lie all the same.
    package let name: String
    /// What the mail says that it is: nobody should believe it.
    package let type: String
    private let body: ArraySlice<UInt8>
    private let encoding: TransferEncoding

    /// - Parameter number: which file of the mail it is, for one that has no name.
    init(_ entity: MailEntity, number: Int) {
        type = entity.type
        body = entity.body
        // RFC 2046 §5.2.1: a mail within a mail is never written in another way.
        encoding = entity.type.hasPrefix("message/") ? .identity : entity.encoding
        name = IncomingFile.name(of: entity).flatMap(FileName.safe) ?? "\(number)" + FileName.ending(of: entity.type)
    }

    /// What is in it.
    package func bytes() -> [UInt8] { encoding.decoded(body) }

    /// RFC 2183 §2.3; of old the name is one of the type's parameters.
    static func name(of entity: MailEntity) -> String? {
        let disposition = MailParameters(entity.fields.value("content-disposition") ?? [])
        return disposition.text("filename") ?? entity.parameters.text("name")
    }

    /// RFC 2183 §2.8: what nobody knows is to be taken for an attachment.
    static func isAttached(_ entity: MailEntity) -> Bool {
        guard let value = entity.fields.value("content-disposition") else { return false }
        let disposition = MailParameters(value).value
        return !disposition.isEmpty && disposition != "inline"
    }
}

/// Names of files as strangers send them.
enum FileName {
    /// What no system takes, and what shells and pages might take for something else.
    private static let replaced = Set("<>:\"|?*".unicodeScalars)

    /// - Returns: nil where nothing is left.
    static func safe(_ name: String) -> String? {
        guard let line = MailText.line(name, maximum: 2_000) else { return nil }
        let last = line.unicodeScalars.split { $0 == "/" || $0 == "\\" }.last.map(Array.init) ?? []
        var scalars = last.map { replaced.contains($0) ? "_" : $0 }[...]
        // `..`, and names that hide.
        while let first = scalars.first, first == "." || first == " " { scalars = scalars.dropFirst() }
        while let end = scalars.last, end == "." || end == " " { scalars = scalars.dropLast() }
        return scalars.isEmpty ? nil : text(shortened(scalars))
    }

    /// Keeps the ending, by which people tell what it is.
    private static func shortened(_ name: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
        let most = MailLimits.line
        guard name.count > most else { return Array(name) }
        let ending = name.lastIndex(of: ".").map { name[$0...] } ?? []
        return ending.count > 20 ? Array(name.prefix(most)) : Array(name.prefix(most - ending.count)) + ending
    }

    private static func text(_ scalars: [Unicode.Scalar]) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    static func ending(of type: String) -> String {
        switch type {
        case "image/jpeg": ".jpg"
        case "image/png": ".png"
        case "image/gif": ".gif"
        case "application/pdf": ".pdf"
        case "text/plain": ".txt"
        case "text/calendar": ".ics"
        case "text/html": ".html"
        default: type.hasPrefix("message/") ? ".eml" : ".bin"
        }
    }
}

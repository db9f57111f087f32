/// Goes through the parts of a mail in their order, without recursion, and gathers texts and files.
struct MailWalk {
    private(set) var text = ""
    private(set) var files: [IncomingFile] = []
    private(set) var omissions: Set<IncomingMail.Omission> = []
    private var texts: [TextPart] = []
    private var count = 0

    /// A text that is to be shown, and of which others are the same in another form.
    private struct TextPart {
        let entity: MailEntity
        let isHTML: Bool
        /// The parts that are forms of the same.
        let group: Int?
    }

    private struct Waiting {
        let bytes: ArraySlice<UInt8>
        let usual: String
        let depth: Int
        let group: Int?
    }

    mutating func run(_ root: MailEntity) {
        if root.fields.isCut { omissions.insert(.fields) }
        var waiting = take(root, depth: 0, group: nil)
        while let next = waiting.popLast() {
            guard count < MailLimits.parts else {
                omissions.insert(.parts)
                break
            }
            let entity = MailEntity(next.bytes, usual: next.usual)
            waiting += take(entity, depth: next.depth, group: next.group)
        }
        text = shown()
    }

    /// - Returns: what is within, the first one last.
    private mutating func take(_ entity: MailEntity, depth: Int, group: Int?) -> [Waiting] {
        count += 1
        guard entity.type.hasPrefix("multipart/") else {
            takeLeaf(entity, depth: depth, group: group)
            return []
        }
        guard depth < MailLimits.depth else {
            omissions.insert(.parts)
            return []
        }
        // One more than are taken, so that it shows whether there are.
        let room = MailLimits.parts - count + 1
        guard let parts = entity.parts(limit: room) else {
            // What has no parts is one itself.
            texts.append(TextPart(entity: entity, isHTML: false, group: group))
            return []
        }
        // The outermost holds: within it everything is a form of the same.
        let inner = group ?? (entity.type == "multipart/alternative" ? count : nil)
        let usual = entity.type == "multipart/digest" ? "message/rfc822" : "text/plain"
        return parts.reversed().map { Waiting(bytes: $0, usual: usual, depth: depth + 1, group: inner) }
    }

    private mutating func takeLeaf(_ entity: MailEntity, depth: Int, group: Int?) {
        let isText = entity.type == "text/plain" || entity.type == "text/html"
        // A mail whose only part has a name is a text all the same.
        let isNamed = depth > 0 && IncomingFile.name(of: entity) != nil
        if isText, !isNamed, !IncomingFile.isAttached(entity) {
            texts.append(TextPart(entity: entity, isHTML: entity.type == "text/html", group: group))
        } else if files.count < MailLimits.files {
            files.append(IncomingFile(entity, number: files.count + 1))
        } else {
            omissions.insert(.files)
        }
    }

    // MARK: Text

    /// Of the forms of a text the plain one, if anything stands in it.
    private mutating func shown() -> String {
        var groups: [Int: Bool] = [:]
        var read: [(part: TextPart, text: String)] = []
        var room = MailLimits.text
        for part in texts where !part.isHTML {
            let text = plain(part.entity, &room)
            if let group = part.group, !text.isEmpty { groups[group] = true }
            read.append((part, text))
        }
        var plain = read[...]
        var result: [String] = []
        for part in texts {
            if !part.isHTML {
                if let text = plain.popFirst()?.text { result.append(text) }
            } else if part.group.flatMap({ groups[$0] }) != true {
                result.append(html(part.entity, &room))
            }
        }
        return result.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private mutating func plain(_ entity: MailEntity, _ room: inout Int) -> String {
        let text = MailText.lines(decoded(entity, room), maximum: room)
        let isFlowed = entity.parameters.word("format")?.lowercased() == "flowed"
        let deletesSpace = entity.parameters.word("delsp")?.lowercased() == "yes"
        let shown = isFlowed ? FlowedText.joined(text, deletesSpace: deletesSpace) : text
        room -= min(room, shown.utf8.count)
        return shown
    }

    private mutating func html(_ entity: MailEntity, _ room: inout Int) -> String {
        let text = MailText.lines(HTMLReader.text(decoded(entity, room)), maximum: room)
        room -= min(room, text.utf8.count)
        return text
    }

    private mutating func decoded(_ entity: MailEntity, _ room: Int) -> String {
        let bytes = entity.encoding.decoded(entity.body, maximum: room + 1)
        if bytes.count > room { omissions.insert(.text) }
        return MailCharset.text(bytes.prefix(room), entity.parameters.word("charset"))
    }
}

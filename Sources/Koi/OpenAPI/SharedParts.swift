import KoiJSON

/// Says once what a document would repeat: parameters, answers and schemas that stand in several places become components, and
/// where they stood is a reference.
///
/// What stands within something that is shared counts once, so that nothing is shared for the sake of its own copies. What a
/// part is called follows from what it is and where it stands, and not from where it stands first: programs that are generated from the
/// document keep their names when a resource is added.
struct SharedParts {
    private enum Kind: String, CaseIterable {
        case parameters, responses, schemas

        func reference(to name: String) -> JSONValue { ["$ref": .string("#/components/\(rawValue)/\(name)")] }
    }

    private struct Part: Hashable {
        let kind: Kind
        let text: String

        /// Tells it from others of the same name.
        var mark: String { String(Digest.hex(Digest.sha256(Array(text.utf8))).prefix(8)) }
    }

    /// A schema below this says little more than a reference to it would.
    private static let smallestSchema = 150
    /// "No Content" is as long by itself.
    private static let smallestAnswer = 60

    /// How often each part stands somewhere, and what it is called there.
    private var counts: [Part: Int] = [:]
    private var places: [Part: [PartName]] = [:]
    /// Whether the walk is within a copy, where parts have names and count no more.
    private var isWithinCopy = false
    private var names: [Part: String] = [:]
    private var components: [Kind: [String: JSONValue]] = [:]
    private var isCounting = true

    /// - Returns: the document with references, and with what they refer to among its components.
    static func share(in document: JSONObject) -> JSONObject {
        var shared = SharedParts()
        _ = shared.document(document)
        shared.name(beside: Set(document["components"]?["schemas"]?.objectValue?.members.map(\.name) ?? []))
        shared.isCounting = false
        let shortened = shared.document(document)
        return shared.complete(shortened)
    }

    // MARK: The walk

    private mutating func document(_ document: JSONObject) -> JSONObject {
        var result = document
        result["paths"] = SharedParts.each(document["paths"]) { path, operations in
            SharedParts.each(operations) { _, operation in self.operation(operation) }
        }
        result["components"] = SharedParts.each(document["components"]) { kind, members in
            guard kind == Kind.schemas.rawValue else { return members }
            return SharedParts.each(members) { name, schema in within(schema, PartName(name)) }
        }
        return result
    }

    private mutating func operation(_ operation: JSONValue) -> JSONValue {
        let id = operation["operationId"]?.stringValue ?? ""
        return SharedParts.each(operation) { member, value in
            switch member {
            case "parameters":
                .array((value.arrayValue ?? []).map { parameter($0) })
            case "requestBody":
                content(value, PartName(id, "Body"))
            case "responses":
                SharedParts.each(value) { status, answer in
                    part(.responses, answer, SharedParts.name(of: answer, id, status)) { shared, answer, _ in
                        shared.content(answer, PartName(id, "Answer"))
                    }
                }
            default: value
            }
        }
    }

    private mutating func parameter(_ parameter: JSONValue) -> JSONValue {
        let name = parameter["name"]?.stringValue ?? ""
        return part(.parameters, parameter, PartName(exactly: name)) { shared, parameter, _ in
            SharedParts.each(parameter) { member, value in
                member == "schema" ? shared.schema(value, PartName(name, "Parameter")) : value
            }
        }
    }

    private mutating func content(_ body: JSONValue, _ name: PartName) -> JSONValue {
        SharedParts.each(body) { member, value in
            guard member == "content" else { return value }
            return SharedParts.each(value) { _, form in
                SharedParts.each(form) { member, value in member == "schema" ? schema(value, name) : value }
            }
        }
    }

    private mutating func schema(_ schema: JSONValue, _ name: PartName) -> JSONValue {
        part(.schemas, schema, name) { $0.within($1, $2) }
    }

    /// The schemas of which a schema is made.
    private mutating func within(_ schema: JSONValue, _ name: PartName) -> JSONValue {
        SharedParts.each(schema) { keyword, value in
            switch keyword {
            case "properties": SharedParts.each(value) { self.schema($1, PartName($0)) }
            case "items": self.schema(value, name.with("Item"))
            case "additionalProperties": self.schema(value, name.with("Value"))
            case "propertyNames": self.schema(value, name.with("Name"))
            case "anyOf": .array((value.arrayValue ?? []).map { self.schema($0, name) })
            default: value
            }
        }
    }

    // MARK: Parts

    /// Notes where a part stands that might be shared, and goes into it; or, once it is known what is shared, puts a reference in
    /// its place.
    private mutating func part(
        _ kind: Kind,
        _ value: JSONValue,
        _ name: PartName,
        _ inside: (inout SharedParts, JSONValue, PartName) -> JSONValue
    ) -> JSONValue {
        guard let object = value.objectValue, object["$ref"] == nil else { return value }
        let part = Part(kind: kind, text: value.text)
        guard part.text.utf8.count >= SharedParts.smallest(kind) else { return value }
        if isCounting {
            note(part, name)
            let wasWithinCopy = isWithinCopy
            isWithinCopy = wasWithinCopy || counts[part] != 1
            defer { isWithinCopy = wasWithinCopy }
            return inside(&self, value, name)
        }
        guard let shared = names[part] else { return inside(&self, value, name) }
        if components[kind]?[shared] == nil {
            let content = inside(&self, value, name)
            components[kind, default: [:]][shared] = content
        }
        return kind.reference(to: shared)
    }

    private mutating func note(_ part: Part, _ name: PartName) {
        places[part, default: []].append(name)
        if !isWithinCopy { counts[part, default: 0] += 1 }
    }

    private static func smallest(_ kind: Kind) -> Int {
        switch kind {
        case .parameters: 0
        case .responses: smallestAnswer
        case .schemas: smallestSchema
        }
    }

    /// Gives the parts that stand in several places their names: what all places have in common, and where others would be called
    /// the same, a mark of what the part is.
    private mutating func name(beside schemas: Set<String>) {
        var wanted: [Kind: [String: [Part]]] = [:]
        for (part, places) in places where counts[part, default: 0] > 1 {
            wanted[part.kind, default: [:]][PartName.common(places).text, default: []].append(part)
        }
        for (kind, byName) in wanted {
            for (name, parts) in byName {
                let isTaken = parts.count > 1 || kind == .schemas && schemas.contains(name)
                for part in parts { names[part] = isTaken ? name + "-" + part.mark : name }
            }
        }
    }

    private func complete(_ document: JSONObject) -> JSONObject {
        var result = document
        var all = document["components"]?.objectValue ?? [:]
        for kind in Kind.allCases {
            let own = all[kind.rawValue]?.objectValue?.members ?? []
            let shared = (components[kind] ?? [:]).sorted { $0.key < $1.key }
            all[kind.rawValue] = .object(JSONObject(own + shared.map { .init(name: $0.key, value: $0.value) }))
        }
        result["components"] = .object(all)
        return result
    }

    /// A problem is the same wherever it is told; another answer is of its operation.
    private static func name(of answer: JSONValue, _ operation: String, _ status: String) -> PartName {
        guard answer["content"]?["application/problem+json"] == nil else {
            return PartName(answer["description"]?.stringValue ?? "")
        }
        return PartName(operation, "Answer", status)
    }

    private static func each(_ value: JSONValue?, _ change: (String, JSONValue) -> JSONValue) -> JSONValue {
        guard let members = value?.objectValue?.members else { return value ?? .null }
        return .object(JSONObject(members.map { .init(name: $0.name, value: change($0.name, $0.value)) }))
    }
}

/// What a part of a document may be called: words, of which those can be found that several names have in common.
private struct PartName {
    private let words: [String]

    private init(words: [String]) {
        self.words = words
    }

    /// Of texts such as `putConsentOfCustomer` and `Not Found`.
    init(_ texts: String...) {
        words = texts.flatMap(PartName.words)
    }

    /// The text itself, as far as a component may be called so (OpenAPI 3.1 §4.8.7).
    init(exactly text: String) {
        words = [text.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }]
    }

    func with(_ word: String) -> PartName { PartName(words: words + [word]) }

    var text: String { words.isEmpty ? "Shared" : words.joined() }

    /// The words at the beginning and at the end that all of the names have.
    static func common(_ names: [PartName]) -> PartName {
        guard var first = names.first?.words[...], names.count > 1 else { return names.first ?? PartName() }
        var others = names.dropFirst().map { $0.words[...] }
        var (head, tail): ([String], [String]) = ([], [])
        while let word = first.first, others.allSatisfy({ $0.first == word }) {
            head.append(word)
            first = first.dropFirst()
            others = others.map { $0.dropFirst() }
        }
        while let word = first.last, others.allSatisfy({ $0.last == word }) {
            tail.insert(word, at: 0)
            first = first.dropLast()
            others = others.map { $0.dropLast() }
        }
        return PartName(words: head + tail)
    }

    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var beginsWord = true
        for character in text where character.isASCII {
            guard character.isLetter || character.isNumber else {
                beginsWord = true
                continue
            }
            if beginsWord || character.isUppercase {
                words.append(character.uppercased())
            } else {
                words[words.count - 1].append(character)
            }
            beginsWord = false
        }
        return words
    }
}

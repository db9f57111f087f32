/// Reads `fields` and `expand`.
struct SelectionParser {
    private let resource: Resource

    private let restrictions: FieldRestrictions

    init(_ resource: Resource, _ restrictions: FieldRestrictions) {
        self.resource = resource
        self.restrictions = restrictions
    }

    private var shown: [Field] {
        resource.fields.filter { restrictions.reading($0.name) != .hidden }
    }

    /// The parameters of a request for one record.
    func parse(_ parameters: [Parameter]) throws -> Selection {
        var selection = Selection()
        var seen: Set<String> = []
        for (name, value) in parameters {
            guard seen.insert(name).inserted else {
                throw Problem.badParameter(name, Text("Give this parameter once.", "此参数只能出现一次。"))
            }
            switch name {
            case "fields": selection.fields = try fields(value)
            case "expand": selection.expand = try expand(value)
            default:
                throw Problem.badParameter(
                    name,
                    Text(
                        "One record takes the parameters fields and expand only.",
                        "单条记录只接受参数 fields 和 expand。"
                    )
                )
            }
        }
        return selection
    }

    func fields(_ value: String) throws -> Set<String> {
        try names(value, "fields", shown.map(\.name))
    }

    func expand(_ value: String) throws -> Set<String> {
        try names(value, "expand", shown.filter { $0.expandsTo != nil }.map(\.name))
    }

    private func names(
        _ value: String,
        _ parameter: String,
        _ known: [String]
    ) throws -> Set<String> {
        var result: Set<String> = []
        for part in value.split(separator: ",", omittingEmptySubsequences: false) {
            let name = String(part)
            guard known.contains(name) else {
                let list = known.joined(separator: ", ")
                throw Problem.badParameter(
                    parameter,
                    Text(
                        "\"\(name)\" cannot stand here. Choose from: \(list).",
                        "此处不能使用“\(name)”。可选：\(list)。"
                    )
                )
            }
            result.insert(name)
        }
        return result
    }
}

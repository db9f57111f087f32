import KoiHTTP
import KoiJSON

/// The form as a page without a script, and what comes after it.
struct IntakePage {
    private let language: Language

    init(_ language: Language) {
        self.language = language
    }

    func form(_ form: Record, _ transaction: Transaction) throws -> Answer {
        try page(of: form, transaction)
    }

    /// The form once more with what was typed, and with what is to be mended.
    func refused(
        _ problem: Problem,
        _ values: IntakeValues,
        _ form: Record,
        _ transaction: Transaction
    ) throws -> Answer {
        try page(of: form, transaction, values, problem)
    }

    func thanks(_ form: Record) -> Answer {
        if let target = form["redirect"].stringValue {
            return Answer(.seeOther, fields: Fields([("Location", target), ("Cache-Control", "no-store")]), [])
        }
        let lead = Text("Thank you. We will get in touch with you.", "谢谢，我们会尽快与您联系。")(language)
        return .page(PublicPage.html(title(form), "<p role=\"status\">\(HTMLText.escaped(lead))</p>", language))
    }

    var unknown: Answer {
        let title = Text("There is no such form", "表单不存在")(language)
        let lead = Text("It may have been closed. Write to us, please.", "表单可能已关闭，请直接与我们联系。")(language)
        return .page(
            PublicPage.html(title, "<p class=\"problem\" role=\"alert\">\(HTMLText.escaped(lead))</p>", language),
            isFound: false
        )
    }

    private func title(_ form: Record) -> String { form["name"].stringValue ?? "" }

    private func page(
        of form: Record,
        _ transaction: Transaction,
        _ values: IntakeValues? = nil,
        _ problem: Problem? = nil
    ) throws -> Answer {
        let custom = transaction.catalog.customFields.current
        let stamp = try IntakeStamp(form, transaction).make(at: transaction.now)
        let fields = IntakeForm.fields(of: form, custom)
        let required = IntakeForm.required(of: form, custom)
        let inputs = fields.map { field in
            IntakeInput(
                field.name,
                field.kind,
                field.label(language),
                values?.text(field.name) ?? "",
                isRequired: required.contains(field.name)
            ).html(language)
        }
        let labels = Dictionary(fields.map { ($0.name, $0.label(language)) }, uniquingKeysWith: { first, _ in first })
        let send = Text("Send", "提交")(language)
        let content = """
            \(notice(problem, labels))
            <form class="card form" method="post" accept-charset="utf-8">
            \(inputs.joined(separator: "\n"))
            \(trap(form))
              <input type="hidden" name="\(IntakeStamp.field)" value="\(stamp)">
              <button type="submit">\(HTMLText.escaped(send))</button>
            </form>
            """
        return .form(
            PublicPage.html(title(form), content, language),
            leadingTo: form["redirect"].stringValue,
            isRefused: problem != nil
        )
    }

    private func trap(_ form: Record) -> String {
        guard let name = form["trap"].stringValue else { return "" }
        return """
              <p hidden><label>\(HTMLText.escaped(name)) <input name="\(HTMLText.escaped(name))" tabindex="-1" autocomplete="off"></label></p>
            """
    }

    private func notice(_ problem: Problem?, _ labels: [String: String]) -> String {
        guard let problem else { return "" }
        let lines = problem.issues.map { issue in
            "<li>\(HTMLText.escaped(labels[issue.field] ?? issue.field)): \(HTMLText.escaped(issue.message(language)))</li>"
        }
        return "<ul class=\"problem\" role=\"alert\">\(lines.joined())</ul>"
    }
}

/// One field of a form as HTML.
private struct IntakeInput {
    private let name: String
    private let kind: FieldKind
    private let label: String
    /// What was typed before.
    private let value: String
    private let isRequired: Bool

    init(_ name: String, _ kind: FieldKind, _ label: String, _ value: String, isRequired: Bool) {
        self.name = name
        self.kind = kind
        self.label = label
        self.value = value
        self.isRequired = isRequired
    }

    func html(_ language: Language) -> String {
        let common = "name=\"\(HTMLText.escaped(name))\"" + (isRequired ? " required" : "")
        let control: String
        switch kind {
        case .choice(let choices):
            let options = choices.map { choice in
                "<option value=\"\(HTMLText.escaped(choice.code))\"\(choice.code == value ? " selected" : "")>\(HTMLText.escaped(choice.label(language)))</option>"
            }
            control = "<select \(common)><option value=\"\"></option>\(options.joined())</select>"
        case .boolean:
            control = "<input type=\"checkbox\" value=\"true\" \(common)\(value == "true" ? " checked" : "")>"
        case .text(let rule) where rule.format == .multiline:
            control =
                "<textarea rows=\"4\" maxlength=\"\(rule.maximum)\" \(common)>\(HTMLText.escaped(value))</textarea>"
        default: control = "<input type=\"\(type)\" value=\"\(HTMLText.escaped(value))\" \(common)>"
        }
        return "  <label>\(HTMLText.escaped(label)) \(control)</label>"
    }

    private var type: String {
        switch kind {
        case .integer, .number: "number"
        case .date: "date"
        case .text(let rule):
            switch rule.format {
            case .email: "email"
            case .phone: "tel"
            default: "text"
            }
        default: "text"
        }
    }
}

extension Answer {
    /// A page with a form that leads on to a page of another site.
    fileprivate static func form(_ bytes: [UInt8], leadingTo target: String?, isRefused: Bool) -> Answer {
        var fields = PageSecurity.fields(formsTo: target)
        fields.append("Content-Type", "text/html; charset=utf-8")
        fields.append("Vary", "Accept, Accept-Language")
        fields.append("Cache-Control", "no-store")
        return Answer(isRefused ? .unprocessableContent : .ok, fields: fields, bytes)
    }
}

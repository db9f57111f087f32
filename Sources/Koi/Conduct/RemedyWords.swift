import KoiJSON

/// What is said of remedies, to customers and to those who serve them.
struct RemedyWords {
    private let remedy: Record

    init(_ remedy: Record) {
        self.remedy = remedy
    }

    /// `Refund CNY 200.00: postage`.
    func summary(_ language: Language) -> String {
        let kind = RemedyKind(rawValue: remedy["kind"].stringValue ?? "")?.label(language) ?? ""
        var text = kind
        if let amount = remedy["amount"].integerValue, amount > 0, let currency = remedy["currency"].stringValue {
            text += " \(currency) \(Currency.text(amount, of: currency))"
        }
        if let what = remedy["what"].stringValue { text += Text(": ", "：")(language) + what }
        return text
    }

    func offer(_ language: Language) -> String {
        Text("We would like to make up for it: ", "为弥补给您带来的不便，我们提出：")(language) + summary(language)
    }

    static let answerHere = Text("Please tell us here whether you agree:", "请点击以下链接告知您是否同意：")

    /// What stands against a step, and what to do.
    static func hint(_ wanted: RemedyState, _ actual: RemedyState) -> Text {
        let next =
            switch actual {
            case .proposed: Text("It needs an approval first: PUT …/approval.", "请先审批：PUT …/approval。")
            case .approved: Text("It is approved; offer it to the customer: PUT …/offer.", "已批准，请向客户提出：PUT …/offer。")
            case .refused: Text("It was not approved; propose another one.", "未获批准，请另行提出。")
            case .offered: Text("The customer has not agreed yet: PUT …/consent.", "客户尚未同意：PUT …/consent。")
            case .consented: Text("The customer agreed; deliver it: PUT …/delivery.", "客户已同意，请兑现：PUT …/delivery。")
            case .declined: Text("The customer declined it; propose another one.", "客户已拒绝，请另行提出。")
            case .delivered: Text("It was delivered.", "已兑现。")
            }
        return Text(
            "This is for remedies in the state \(wanted.rawValue); this one is \(actual.rawValue). \(next.en)",
            "此操作仅适用于“\(wanted.label.zh)”的补救措施，当前为“\(actual.label.zh)”。\(next.zh)"
        )
    }
}

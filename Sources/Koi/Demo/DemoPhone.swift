/// Telephone numbers that look right and ring nowhere.
///
/// Several countries keep numbers for fiction: 555-01xx in North America, 7946 0xxx in London (Ofcom), 23125 xxx in
/// Berlin (BNetzA), 5550 xxxx in Sydney (ACMA), 99 00 xx xx in Paris (ARCEP). China keeps none, but no line there begins
/// with 0 behind its area code, and no mobile number begins with 12.
enum DemoPhone {
    static func line(_ place: DemoPlace, _ dice: inout DemoDice) -> String {
        let rest =
            switch place.dialling {
            case "+44 20": "7946 0" + dice.digits(3)
            case "+49 30": "23125 " + dice.digits(3)
            case "+61 2": "5550 " + dice.digits(4)
            case "+33 1": "99 00 " + dice.digits(2) + " " + dice.digits(2)
            case let dialling where dialling.hasPrefix("+1 "): "555 01" + dice.digits(2)
            default: "0" + dice.digits(3) + " " + dice.digits(4)
            }
        return place.dialling + " " + rest
    }

    static func mobile(_ place: DemoPlace, _ dice: inout DemoDice) -> String {
        guard place.language == .zh else { return line(place, &dice) }
        return "+86 12\(dice.digits(1)) \(dice.digits(4)) \(dice.digits(4))"
    }
}

/// A made-up name of a company or person.
struct DemoName {
    let full: String
    /// The company's coined name, or the person's given name.
    let short: String
    /// In small Latin letters, for e-mail and web addresses.
    let slug: String

    /// Region, coined name, trade and legal form: 重庆鑫宏机械有限公司.
    ///
    /// Nearly all have one of few legal forms; a third have a coined name of three characters, of which there are a
    /// million, so that few share it however many there are.
    static func company(
        _ place: DemoPlace,
        _ trade: DemoTrade,
        _ dice: inout DemoDice
    ) -> DemoName {
        place.language == .zh
            ? chineseCompany(place, trade, &dice) : englishCompany(place, trade, &dice)
    }

    static func person(_ language: Language, _ dice: inout DemoDice) -> DemoName {
        language == .zh ? chinesePerson(&dice) : englishPerson(&dice)
    }

    private static func chineseCompany(
        _ place: DemoPlace,
        _ trade: DemoTrade,
        _ dice: inout DemoDice
    ) -> DemoName {
        let (coined, slug) = coined(DemoSyllable.company, dice.happens(35) ? 3 : 2, &dice)
        let form = dice.share(chineseForms)
        let kind = dice.pickEarly(trade.chinese)
        let full =
            dice.happens(12)
            ? "\(coined)（\(place.town)）\(kind)\(form)" : "\(place.town)\(coined)\(kind)\(form)"
        return DemoName(full: full, short: coined, slug: slug)
    }

    private static let chineseForms: [(share: Int64, value: String)] = [
        (80, "有限公司"), (7, "股份有限公司"), (5, "有限责任公司"), (4, "集团有限公司"), (4, "厂"),
    ]

    private static func coined(
        _ syllables: [DemoSyllable],
        _ count: Int,
        _ dice: inout DemoDice
    ) -> (String, String) {
        var text = ""
        var slug = ""
        for _ in 0..<count {
            let syllable = dice.pick(syllables)
            text += syllable.character
            slug += syllable.sound
        }
        return realNames.contains(text) ? coined(syllables, count, &dice) : (text, slug)
    }

    /// Names of well-known companies that the characters happen to make.
    private static let realNames: Set<String> = [
        "恒瑞", "云海", "达美", "海康", "美康", "泰康", "康泰", "海信", "德力", "立信", "顺丰", "恒丰", "兴森", "安利", "惠信",
        "飞利", "和利", "腾讯", "康佳", "福达", "海兰信", "长兴",
    ]

    private static func englishCompany(
        _ place: DemoPlace,
        _ trade: DemoTrade,
        _ dice: inout DemoDice
    ) -> DemoName {
        let coined =
            dice.pick(heads) + dice.pick(middles) + dice.pick(tails)
        let kind = dice.pickEarly(trade.english)
        let full =
            dice.happens(15)
            ? "\(coined) & \(dice.pick(families)) \(kind) \(dice.share(englishForms))"
            : "\(coined) \(kind) \(dice.share(englishForms))"
        return DemoName(full: full, short: coined, slug: coined.lowercased())
    }

    private static let englishForms: [(share: Int64, value: String)] = [
        (55, "Ltd"), (20, "Inc."), (12, "LLC"), (8, "GmbH"), (5, "Group"),
    ]

    private static let heads = words(
        "Al Ar Bel Bran Cal Cor Dal Del El Fen Gar Hal Hol Ir Jor Kal Kel Lan Lor Mar Mel Nor Ol Or Pel Quin Ral Ros Sel Sten Tal Tor Ul Val Vel Wal Wen Yar Zel"
    )
    private static let middles = words(
        "a al an ar e el en er i il in is o ol on or u um ur ver ter der mor lin ro sa ti va we xi"
    )
    private static let tails = words(
        "bridge by cott dale den field ford gate ham hurst ick land ley low mere mont more ness port ric stead ston tec tis ton vale ville wick wood worth"
    )

    private static func chinesePerson(_ dice: inout DemoDice) -> DemoName {
        let family = dice.pickEarly(DemoSyllable.family)
        let (given, sound) = coined(DemoSyllable.given, dice.happens(70) ? 2 : 1, &dice)
        return DemoName(
            full: family.character + given,
            short: given,
            slug: family.sound + "." + sound
        )
    }

    private static func englishPerson(_ dice: inout DemoDice) -> DemoName {
        let given = dice.pick(givenNames)
        let family = dice.pick(families)
        return DemoName(
            full: "\(given) \(family)",
            short: given,
            slug: given.lowercased() + "." + family.lowercased()
        )
    }

    private static let givenNames = words(
        """
        Alice Amelia Anna Ben Charlotte Clara Daniel David Elena Emma Erik Felix Grace Hannah Helen Henry Ivan Jack \
        James Jane Julia Kate Laura Leo Lena Lucas Lucy Maria Mark Martin Mia Nina Noah Oliver Oscar Paul Peter Rachel \
        Rosa Sam Sarah Simon Sofia Stella Thomas Tom Victor Vera William Zoe
        """
    )
    private static let families = words(
        """
        Adams Bailey Baker Barnes Bennett Brooks Carter Clarke Cole Collins Cooper Davies Dixon Evans Fischer Fletcher \
        Ford Foster Fox Graham Gray Green Hall Harris Hayes Hill Hughes Hunt Keller Kelly King Lane Lewis Marsh Mason \
        Meyer Miller Moore Morgan Morris Murphy Nash Palmer Parker Perry Porter Price Reed Reid Rice Ross Russell Shaw \
        Stone Taylor Turner Walker Ward Watson Webb Wells West White Wood Wright Young
        """
    )

    private static func words(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map(String.init)
    }
}

/// Letters with diacritics, ligatures and other forms of plain letters, and what they are folded
/// to.
///
/// From the Unicode character database (compatibility decompositions without their marks), and for
/// letters that have none the usual transcription: ß ss, ø o, æ ae, ł l, đ d, þ th, ı i.
enum PlainLetters {
    private static let first: UInt32 = 0xAA
    private static let last: UInt32 = 0x1FFF

    /// One or two plain letters for each code point from ``first`` on, or 0 where it is one itself:
    /// the first letter in the low half, the second in the high half.
    private static let table: [UInt32] = {
        var table = [UInt32](repeating: 0, count: Int(last - first) + 1)
        for line in lines.split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard parts.count == 2 else { continue }
            var plain: UInt32 = 0
            for letter in parts[0].unicodeScalars.reversed() { plain = plain << 16 | letter.value }
            for letter in parts[1].unicodeScalars where first...last ~= letter.value {
                table[Int(letter.value - first)] = plain
            }
        }
        return table
    }()

    /// Appends the plain form of a letter, in lower case, and says whether it has one.
    static func append(of scalar: Unicode.Scalar, to folded: inout [Unicode.Scalar]) -> Bool {
        guard first...last ~= scalar.value else { return false }
        let plain = table[Int(scalar.value - first)]
        guard plain != 0 else { return false }
        for half in [plain & 0xFFFF, plain >> 16] where half != 0 {
            if let letter = Unicode.Scalar(half) { folded.append(letter) }
        }
        return true
    }

    /// The plain letters and those that are folded to them.
    private static let lines = """
        1 ¹
        2 ²
        3 ³
        a ªÀÁÂÃÄÅàáâãäåĀāĂăĄąǍǎǞǟǠǡǺǻȀȁȂȃȦȧḀḁẚẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặ
        b ƀɃḂḃḄḅḆḇ
        c ÇçĆćĈĉĊċČčḈḉ
        d ÐðĎďĐđƉḊḋḌḍḎḏḐḑḒḓ
        e ÈÉÊËèéêëĒēĔĕĖėĘęĚěƏȄȅȆȇȨȩḔḕḖḗḘḙḚḛḜḝẸẹẺẻẼẽẾếỀềỂểỄễỆệ
        f ƑƒḞḟ
        g ĜĝĞğĠġĢģǦǧǴǵḠḡ
        h ĤĥĦħȞȟḢḣḤḥḦḧḨḩḪḫẖ
        i ÌÍÎÏìíîïĨĩĪīĬĭĮįİıǏǐȈȉȊȋḬḭḮḯỈỉỊị
        j Ĵĵǰ
        k ĶķĸǨǩḰḱḲḳḴḵ
        l ĹĺĻļĽľĿŀŁłḶḷḸḹḺḻḼḽ
        m ḾḿṀṁṂṃ
        n ÑñŃńŅņŇňŉŊŋǸǹṄṅṆṇṈṉṊṋ
        o ºÒÓÔÕÖØòóôõöøŌōŎŏŐőƠơǑǒǪǫǬǭǾǿȌȍȎȏȪȫȬȭȮȯȰȱṌṍṎṏṐṑṒṓỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠ
        o ỡỢợ
        p ṔṕṖṗ
        r ŔŕŖŗŘřȐȑȒȓṘṙṚṛṜṝṞṟ
        s ŚśŜŝŞşŠšſȘșṠṡṢṣṤṥṦṧṨṩẛ
        t ŢţŤťŦŧȚțṪṫṬṭṮṯṰṱẗ
        u ÙÚÛÜùúûüŨũŪūŬŭŮůŰűŲųƯưǓǔǕǖǗǘǙǚǛǜȔȕȖȗṲṳṴṵṶṷṸṹṺṻỤụỦủỨứỪừỬửỮữỰự
        v ṼṽṾṿ
        w ŴŵẀẁẂẃẄẅẆẇẈẉẘ
        x ẊẋẌẍ
        y ÝýÿŶŷŸȲȳẎẏẙỲỳỴỵỶỷỸỹ
        z ŹźŻżŽžẐẑẒẓẔẕ
        ƃ Ƃ
        ƅ Ƅ
        ƈ Ƈ
        ƌ Ƌ
        ƕ Ƕ
        ƙ Ƙ
        ƚ Ƚ
        ƞ Ƞ
        ƣ Ƣ
        ƥ Ƥ
        ƨ Ƨ
        ƭ Ƭ
        ƴ Ƴ
        ƶ Ƶ
        ƹ Ƹ
        ƽ Ƽ
        ƿ Ƿ
        ǝ Ǝ
        ǥ Ǥ
        ȝ Ȝ
        ȣ Ȣ
        ȥ Ȥ
        ȼ Ȼ
        ɂ Ɂ
        ɇ Ɇ
        ɉ Ɉ
        ɋ Ɋ
        ɍ Ɍ
        ɏ Ɏ
        ɓ Ɓ
        ɔ Ɔ
        ɗ Ɗ
        ɛ Ɛ
        ɠ Ɠ
        ɣ Ɣ
        ɨ Ɨ
        ɩ Ɩ
        ɯ Ɯ
        ɲ Ɲ
        ɵ Ɵ
        ʀ Ʀ
        ʃ Ʃ
        ʈ Ʈ
        ʉ Ʉ
        ʊ Ʊ
        ʋ Ʋ
        ʌ Ʌ
        ʒ ƷǮǯ
        ʹ ʹ
        α ΆάἀἁἂἃἄἅἆἇἈἉἊἋἌἍἎἏὰάᾀᾁᾂᾃᾄᾅᾆᾇᾈᾉᾊᾋᾌᾍᾎᾏᾰᾱᾲᾳᾴᾶᾷᾸᾹᾺΆᾼ
        β ϐ
        ε ΈέϵἐἑἒἓἔἕἘἙἚἛἜἝὲέῈΈ
        η ΉήἠἡἢἣἤἥἦἧἨἩἪἫἬἭἮἯὴήᾐᾑᾒᾓᾔᾕᾖᾗᾘᾙᾚᾛᾜᾝᾞᾟῂῃῄῆῇῊΉῌ
        θ ϑ
        ι ΊΐΪίϊἰἱἲἳἴἵἶἷἸἹἺἻἼἽἾἿὶίιῐῑῒΐῖῗῘῙῚΊ
        κ ϰ
        μ µ
        ο ΌόὀὁὂὃὄὅὈὉὊὋὌὍὸόῸΌ
        π ϖ
        ρ ϱῤῥῬ
        σ ςϲϹ
        υ ΎΫΰϋύϒϓϔὐὑὒὓὔὕὖὗὙὛὝὟὺύῠῡῢΰῦῧῨῩῪΎ
        φ ϕ
        ω ΏώὠὡὢὣὤὥὦὧὨὩὪὫὬὭὮὯὼώᾠᾡᾢᾣᾤᾥᾦᾧᾨᾩᾪᾫᾬᾭᾮᾯῲῳῴῶῷῺΏῼ
        а ӐӑӒӓ
        г Ѓѓ
        е ЀЁѐёӖӗ
        ж ӁӂӜӝ
        з Ӟӟ
        и ЍЙйѝӢӣӤӥ
        к Ќќ
        о Ӧӧ
        у ЎўӮӯӰӱӲӳ
        ч Ӵӵ
        ы Ӹӹ
        э Ӭӭ
        і Її
        ѵ Ѷѷ
        ә Ӛӛ
        ө Ӫӫ
        ⱥ Ⱥ
        ⱦ Ⱦ
        ae ÆæǢǣǼǽ
        dz ǄǅǆǱǲǳ
        ij Ĳĳ
        lj Ǉǈǉ
        nj Ǌǋǌ
        oe Œœ
        ss ßẞ
        th Þþ
        """
}

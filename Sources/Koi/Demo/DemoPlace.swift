/// A town in which the demo company has customers.
struct DemoPlace: Sendable {
    let language: Language
    let town: String
    /// As the field `region` has it.
    let region: String
    /// The country's number and the area's, as a number begins: `+86 23`.
    let dialling: String
    let streets: [String]

    /// Chinese towns, those with more customers first.
    static let chinese = [
        place("重庆", "重庆", "23", "金开大道 嘉陵路 民生路 星光大道"),
        place("上海", "上海", "21", "张江路 漕溪路 沪闵路 浦东大道"),
        place("杭州", "浙江杭州", "571", "文三路 滨盛路 江南大道 莫干山路"),
        place("深圳", "广东深圳", "755", "深南大道 科苑路 宝安大道 龙岗大道"),
        place("成都", "四川成都", "28", "天府大道 人民南路 高朋大道 锦城大道"),
        place("苏州", "江苏苏州", "512", "星湖街 狮山路 金鸡湖大道 人民路"),
        place("北京", "北京", "10", "学院路 亦庄东路 上地三街 建国路"),
        place("宁波", "浙江宁波", "574", "中山东路 江南路 兴宁路 天童路"),
        place("武汉", "湖北武汉", "27", "珞喻路 光谷大道 解放大道 雄楚大街"),
        place("广州", "广东广州", "20", "黄埔大道 天河路 科学大道 番禺大道"),
        place("南京", "江苏南京", "25", "中山路 软件大道 江东路 汉中路"),
        place("青岛", "山东青岛", "532", "香港路 山东路 株洲路 重庆路"),
        place("西安", "陕西西安", "29", "高新路 科技路 长安路 未央路"),
        place("天津", "天津", "22", "南京路 友谊路 洞庭路 卫津路"),
        place("长沙", "湖南长沙", "731", "芙蓉路 岳麓大道 湘江路 韶山路"),
        place("郑州", "河南郑州", "371", "花园路 农业路 金水路 商都路"),
        place("厦门", "福建厦门", "592", "湖滨路 软件园路 嘉禾路 集美大道"),
        place("佛山", "广东佛山", "757", "季华路 魁奇路 岭南大道 佛平路"),
        place("无锡", "江苏无锡", "510", "太湖大道 学前街 新华路 锡山大道"),
        place("合肥", "安徽合肥", "551", "长江路 望江路 徽州大道 黄山路"),
        place("昆明", "云南昆明", "871", "北京路 人民路 滇池路 春城路"),
        place("贵阳", "贵州贵阳", "851", "中华路 金阳路 长岭路 花果园大街"),
        place("沈阳", "辽宁沈阳", "24", "青年大街 浑南路 北陵路 建设路"),
        place("哈尔滨", "黑龙江哈尔滨", "451", "中山路 学府路 红旗大街 西大直街"),
        place("南昌", "江西南昌", "791", "红谷大道 北京路 阳明路 洪都大道"),
        place("兰州", "甘肃兰州", "931", "东岗路 庆阳路 天水路 西津路"),
    ]

    /// Towns elsewhere, whose countries keep numbers for fiction.
    static let foreign = [
        DemoPlace(
            .en,
            "London",
            "United Kingdom",
            "+44 20",
            ["Mill Lane", "Harbour Street", "Station Road", "Canal Walk"]
        ),
        DemoPlace(
            .en,
            "New York",
            "United States",
            "+1 212",
            ["Mercer Street", "Hudson Street", "Water Street", "Greene Street"]
        ),
        DemoPlace(
            .en,
            "San Francisco",
            "United States",
            "+1 415",
            ["Market Street", "Folsom Street", "Pine Street", "Mission Street"]
        ),
        DemoPlace(
            .en,
            "Chicago",
            "United States",
            "+1 312",
            ["Lake Street", "Wacker Drive", "Canal Street", "Adams Street"]
        ),
        DemoPlace(
            .en,
            "Sydney",
            "Australia",
            "+61 2",
            ["George Street", "Kent Street", "Harris Street", "Pitt Street"]
        ),
        DemoPlace(
            .en,
            "Berlin",
            "Germany",
            "+49 30",
            ["Lindenstraße", "Kantstraße", "Torstraße", "Hauptstraße"]
        ),
        DemoPlace(
            .en,
            "Paris",
            "France",
            "+33 1",
            ["rue de la Paix", "rue du Moulin", "avenue des Tilleuls", "quai du Port"]
        ),
    ]

    private init(
        _ language: Language,
        _ town: String,
        _ region: String,
        _ dialling: String,
        _ streets: [String]
    ) {
        self.language = language
        self.town = town
        self.region = region
        self.dialling = dialling
        self.streets = streets
    }

    private static func place(
        _ town: String,
        _ region: String,
        _ area: String,
        _ streets: String
    ) -> DemoPlace {
        DemoPlace(
            .zh,
            town,
            region,
            "+86 " + area,
            streets.split(separator: " ").map(String.init)
        )
    }

    func address(_ dice: inout DemoDice) -> String {
        let street = dice.pick(streets)
        let number = dice.number(1...399)
        return language == .zh ? "\(region)市\(street)\(number)号" : "\(number) \(street), \(town)"
    }
}

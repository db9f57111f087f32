/// What customers of the demo company do: an industry with the words that its companies have in their names.
struct DemoTrade: Sendable {
    let industry: Text
    let chinese: [String]
    let english: [String]

    /// Those with more companies first.
    static let all = [
        trade(
            "Machinery",
            "机械制造",
            "机械 精密机械 机电设备 重工 自动化设备",
            "Machinery,Engineering,Machine Works,Tools"
        ),
        trade(
            "Electronics",
            "电子信息",
            "电子 电子科技 半导体 光电 通信设备",
            "Electronics,Circuits,Semiconductors,Optics"
        ),
        trade("Software", "软件服务", "软件 信息技术 网络科技 数据服务 智能科技", "Software,Systems,Data,Digital"),
        trade("Trade", "批发贸易", "商贸 贸易 进出口贸易 供应链", "Trading,Supply,Wholesale,Imports"),
        trade(
            "Building",
            "建筑建材",
            "建材 建筑工程 装饰工程 门窗 钢结构",
            "Building Supplies,Construction,Interiors,Windows"
        ),
        trade("Food", "食品饮料", "食品 饮料 调味品 茶业 粮油", "Foods,Beverages,Bakery,Tea"),
        trade("Logistics", "物流运输", "物流 货运 仓储服务 冷链物流", "Logistics,Freight,Shipping,Storage"),
        trade("Health", "医疗健康", "医疗器械 医药 生物科技 健康管理", "Medical,Pharma,Biotech,Care"),
        trade("Textiles", "纺织服装", "纺织 服饰 针织 皮革", "Textiles,Apparel,Knitwear,Leather"),
        trade("Chemicals", "化工材料", "化工 新材料 塑胶 涂料", "Chemicals,Materials,Plastics,Coatings"),
        trade("Education", "教育培训", "教育咨询 教育科技 文化培训", "Education,Training,Learning"),
        trade("Catering", "餐饮酒店", "餐饮管理 酒店管理 旅游", "Catering,Hotels,Travel"),
        trade("Agriculture", "农业", "农业科技 种业 园艺 水产", "Farms,Seeds,Gardens,Fisheries"),
        trade("Media", "文化传媒", "文化传媒 广告 印务 展览服务", "Media,Advertising,Printing,Events"),
        trade("Environment", "节能环保", "环保科技 水处理 新能源 节能技术", "Environmental,Water,Energy,Recycling"),
    ]

    private static func trade(
        _ en: String,
        _ zh: String,
        _ chinese: String,
        _ english: String
    ) -> DemoTrade {
        DemoTrade(
            industry: Text(en, zh),
            chinese: chinese.split(separator: " ").map(String.init),
            english: english.split(separator: ",").map(String.init)
        )
    }
}

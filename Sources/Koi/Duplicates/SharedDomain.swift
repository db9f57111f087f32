/// Domains that many share, and so tell nothing of who uses them.
enum SharedDomain {
    /// Whether a domain is one's own: neither it nor one that it belongs to is shared.
    static func tells(_ domain: String) -> Bool {
        var rest = domain[...]
        while rest.contains(".") {
            if mail.contains(String(rest)) || platforms.contains(String(rest)) { return false }
            rest = rest.drop { $0 != "." }.dropFirst()
        }
        return domain.contains(".")
    }

    /// The host of a website, folded, without `www`.
    static func host(of address: String) -> String {
        let plain = TextFolding.fold(address)
        let rest = plain.split(separator: "/", omittingEmptySubsequences: false)
        let host = plain.contains("://") ? rest.dropFirst(2).first : rest.first
        let name = host.map { $0.prefix { !":?#".contains($0) } } ?? ""
        return String(name.hasPrefix("www.") ? name.dropFirst(4) : name)
    }

    /// Of those that give an address to anybody, the ones that are met most.
    private static let mail: Set<String> = [
        "qq.com", "163.com", "126.com", "139.com", "189.cn", "yeah.net", "sina.com", "sina.cn", "sohu.com",
        "foxmail.com", "aliyun.com", "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com",
        "msn.com", "yahoo.com", "icloud.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "proton.me",
    ]

    /// Of those that give a page to anybody.
    private static let platforms: Set<String> = [
        "taobao.com", "tmall.com", "1688.com", "alibaba.com", "jd.com", "weibo.com", "baidu.com", "weixin.com",
        "douyin.com", "xiaohongshu.com", "bilibili.com", "zhihu.com", "google.com", "bing.com", "x.com", "twitter.com",
        "youtube.com", "facebook.com", "linkedin.com", "instagram.com", "amazon.com", "amazon.cn",
        "ebay.com", "etsy.com", "github.com",
    ]
}

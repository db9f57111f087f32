import KoiHTTP

/// Why a request of Koi got no answer.
extension DeliveryFailure {
    static func forbiddenAddress(_ host: String) -> DeliveryFailure {
        DeliveryFailure(
            "forbidden_address",
            "\(host) lies in the own network or is no address of the Internet. Whoever runs Koi can allow it with --webhook-allow.",
            "\(host) 位于内部网络或不是互联网地址。运行 Koi 的人员可用 --webhook-allow 允许访问。"
        )
    }

    static let plainText = DeliveryFailure(
        "insecure",
        "Without encryption nothing is sent into the Internet. Use an https address.",
        "不加密的内容不会发送到互联网，请使用 https 地址。"
    )

    /// - Parameter refusal: what is wrong with the answer.
    static func unreadable(_ refusal: Refusal) -> DeliveryFailure {
        refusal.code == "incomplete"
            ? DeliveryFailure(
                "connection_lost",
                "The server ended the connection before its answer was complete.",
                "服务器在应答完成前断开了连接。"
            )
            : DeliveryFailure(
                "bad_answer",
                "The server does not answer as HTTP/1.1 has it. \(refusal.detail)",
                "服务器的应答不符合 HTTP/1.1。\(RefusalTexts.text(of: refusal).zh)"
            )
    }
}

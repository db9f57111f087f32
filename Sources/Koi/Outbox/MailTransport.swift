/// Takes one mail to the server, over a connection of its own.
enum MailTransport {
    private static let replyTime = Duration.seconds(60)
    /// RFC 5321 §4.5.3.2.6: a server may take its time over a mail before it says that it has it.
    private static let handOverTime = Duration.seconds(300)

    /// Blocks.
    ///
    /// - Throws: `DeliveryFailure`; `ClientConnection.Stopped` where Koi stops before the server has taken it.
    static func deliver(_ letter: Letter, isStopping: @escaping @Sendable () -> Bool) throws {
        let server = letter.server
        let connection = try ClientConnection(host: server.host, port: server.port, isStopping: isStopping)
        guard server.security != .none || MailServer.isLoopback(address: connection.peer) else {
            throw DeliveryFailure.notLoopback
        }
        if server.security == .tls { try connection.secure(host: server.host, within: replyTime) }
        var session = SMTPSession(
            letter.message,
            security: server.security,
            account: letter.account,
            clientName: letter.clientName
        )
        var actions: [SMTPSession.Action] = []
        while true {
            for action in actions {
                switch action {
                case .send(let bytes): try send(bytes, connection, actions)
                case .secure: try connection.secure(host: server.host, within: replyTime)
                case .finish(let failure): return try finish(failure)
                }
            }
            if actions == [.secure] {
                actions = session.secured()
            } else {
                let bytes = try connection.receive(within: session.isHandingOver ? handOverTime : replyTime)
                actions = bytes.isEmpty ? session.closed() : session.received(bytes)
            }
        }
    }

    /// A farewell that does not get through changes nothing.
    private static func send(
        _ bytes: [UInt8],
        _ connection: ClientConnection,
        _ actions: [SMTPSession.Action]
    ) throws {
        do {
            try connection.send(bytes, within: replyTime)
        } catch  where actions.contains(where: { if case .finish = $0 { true } else { false } }) {
            return
        }
    }

    private static func finish(_ failure: DeliveryFailure?) throws {
        if let failure { throw failure }
    }
}

extension DeliveryFailure {
    static let notLoopback = DeliveryFailure(
        "insecure",
        "Without encryption mail goes to this machine only. Choose starttls or tls in the settings.",
        "不加密的连接仅限本机，请在设置中选择 starttls 或 tls。"
    )
}

/// What one attempt takes to the outside, ready to go.
enum Shipment: Sendable {
    case letter(Letter)
    case order(GatewayOrder)
}

/// A mail that is ready to go, and where to.
struct Letter: Sendable {
    let message: MailMessage
    let server: MailServer
    let account: SMTPSession.Account?
    /// What Koi calls itself to the server.
    let clientName: String
}

/// An attempt that is not to be made yet, and counts for none.
struct DeliveryDelay: Error {
    /// Milliseconds since 1970.
    let until: Int64
    let reason: DeliveryFailure
}

/// Takes shipments to where they go.
enum Couriers {
    /// Over the network.
    ///
    /// Blocks.
    ///
    /// - Returns: what the other side calls it, where it says so.
    static func network(_ policy: AddressPolicy) -> OutboxWorker.Courier {
        { shipment, isStopping in
            switch shipment {
            case .letter(let letter):
                try MailTransport.deliver(letter, isStopping: isStopping)
                return nil
            case .order(let order): return try GatewayTransport.deliver(order, policy, isStopping: isStopping)
            }
        }
    }

    /// Into files, to look at what would go out.
    static func folder(_ folder: DataFolder) -> OutboxWorker.Courier {
        { shipment, _ in
            switch shipment {
            case .letter(let letter):
                try OutgoingFolder(folder).keep(letter.message.bytes, in: "mail", as: letter.message.id + ".eml")
                return nil
            case .order(let order):
                try OutgoingFolder(folder).keep(order.transcript, in: order.channel, as: order.token + ".http")
                return order.token
            }
        }
    }
}

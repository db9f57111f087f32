import Glibc

/// An address in numbers, of IPv4 or IPv6, in network order.
struct NumericAddress: Sendable, Equatable {
    /// 4 or 16.
    let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Nil where it is not written as usual: `192.0.2.1`, `2001:db8::1`.
    init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: four) { Array($0) }
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        bytes = withUnsafeBytes(of: six) { Array($0) }
    }

    /// The address in a socket address of the system; nil for another family.
    init?(_ address: NameLookup.Address) {
        switch address.family {
        case AF_INET where address.bytes.count >= 8: bytes = Array(address.bytes[4..<8])
        case AF_INET6 where address.bytes.count >= 24: bytes = Array(address.bytes[8..<24])
        default: return nil
        }
    }

    /// The address of IPv4 that one of IPv6 stands for: mapped (RFC 4291 §2.5.5.2) or translated by NAT64 (RFC 6052 §2.1).
    var embedded: NumericAddress? {
        guard bytes.count == 16 else { return nil }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        let isTranslated = bytes.prefix(4) == [0, 0x64, 0xFF, 0x9B] && bytes[4..<12].allSatisfy { $0 == 0 }
        return isMapped || isTranslated ? NumericAddress(bytes: Array(bytes.suffix(4))) : nil
    }

    /// As `AddressRange` reads it.
    var text: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

import CLinux
import Glibc

/// Network addresses that share their first bits, as `192.0.2.0/24` or `2001:db8::/32`; one address without a length.
package struct AddressRange: Sendable, Equatable {
    private let bytes: [UInt8]
    private let length: Int

    /// - Parameter text: an IPv4 or IPv6 address in numbers, and optionally `/` and the number of shared bits; nil for
    ///   anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let bytes = AddressRange.bytes(of: String(parts[0])) else { return nil }
        var length = bytes.count * 8
        if parts.count == 2 {
            guard let given = AddressRange.length(parts[1]), given <= length else { return nil }
            length = given
        }
        self.bytes = bytes
        self.length = length
    }

    /// Whether an address, such as a peer's, is one of these.
    package func contains(_ address: String) -> Bool {
        AddressRange.bytes(of: address).map(contains) ?? false
    }

    /// Whether all addresses of another range are among these.
    package func contains(_ range: AddressRange) -> Bool {
        range.length >= length && contains(range.bytes)
    }

    /// Whether an address is one of IPv4, in numbers.
    static func isIPv4(_ address: String) -> Bool {
        !address.contains(":") && bytes(of: address)?.count == 4
    }

    /// Up to three digits.
    private static func length(_ text: Substring) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy(\.isDigit) else { return nil }
        return text.utf8.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    private func contains(_ other: [UInt8]) -> Bool {
        guard other.count == bytes.count else { return false }
        for bit in stride(from: 0, to: length, by: 8) {
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> min(8, length - bit))
            guard bytes[bit / 8] & mask == other[bit / 8] & mask else { return false }
        }
        return true
    }

    /// What stands for whoever has an address, where tries are counted: of IPv6 the first 64 bits, since a single line
    /// has all that begin with them.
    package static func network(of address: String) -> String {
        guard let bytes = bytes(of: address), bytes.count == 16 else { return address }
        guard let text = text(of: bytes.prefix(8) + [UInt8](repeating: 0, count: 8)) else { return address }
        return text + "/64"
    }

    /// An address in the one form in which addresses are compared, counted and logged; nil for what is none.
    static func canonical(_ address: String) -> String? {
        bytes(of: address).flatMap(text)
    }

    /// Whether an address is this machine's own, or none: then a proxy may have passed on anybody's request.
    package static func isLoopback(_ address: String) -> Bool {
        guard let bytes = bytes(of: address) else { return address.isEmpty }
        return bytes.count == 4 ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
    }

    private static func text(of bytes: [UInt8]) -> String? {
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The address in network order; an IPv4 address within IPv6 (`::ffff:192.0.2.1`) as the IPv4 address that it is.
    private static func bytes(of address: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, address, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var six = in6_addr()
        guard inet_pton(AF_INET6, address, &six) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: six) { Array($0) }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? Array(bytes.suffix(4)) : bytes
    }
}

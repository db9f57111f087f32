internal import Glibc

/// Finds many sequences of bytes in one pass.
struct ByteSearch {
    /// By how many bytes a sequence is recognised before it is compared: a shorter one is not found.
    private static let lead = 4

    private let values: [[UInt8]]
    /// The values that begin with the same four bytes.
    private let byLead: [UInt32: [Int]]
    /// Whether any value begins with bytes of this hash: in one place of nearly all in a file there is none.
    private let isLead: [Bool]

    init(_ values: [[UInt8]]) {
        self.values = values
        var byLead: [UInt32: [Int]] = [:]
        var isLead = [Bool](repeating: false, count: 1 << 16)
        for (index, value) in values.enumerated() where value.count >= Self.lead {
            let lead = value.prefix(Self.lead).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            byLead[lead, default: []].append(index)
            isLead[Self.hash(lead)] = true
        }
        self.byLead = byLead
        self.isLead = isLead
    }

    private static func hash(_ lead: UInt32) -> Int { Int((lead &* 0x9E37_79B1) >> 16) }

    /// Adds to each value's count how often it stands in these bytes.
    func count(in bytes: UnsafeRawBufferPointer, into counts: inout [Int]) {
        guard !byLead.isEmpty else { return }
        isLead.withUnsafeBufferPointer { isLead in
            var lead: UInt32 = 0
            for (place, byte) in bytes.enumerated() {
                lead = lead << 8 | UInt32(byte)
                guard isLead[Self.hash(lead)], place >= Self.lead - 1 else { continue }
                let found = UnsafeRawBufferPointer(rebasing: bytes[(place + 1 - Self.lead)...])
                for index in byLead[lead] ?? [] where Self.begins(found, with: values[index]) { counts[index] += 1 }
            }
        }
    }

    private static func begins(_ bytes: UnsafeRawBufferPointer, with value: [UInt8]) -> Bool {
        guard let start = bytes.baseAddress, bytes.count >= value.count else { return false }
        return memcmp(start, value, value.count) == 0
    }
}

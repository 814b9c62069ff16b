#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An IPv4 or IPv6 address; an IPv4 address that is mapped into IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
struct Address: Sendable, Equatable {
    /// 4 or 16 of them, in network order.
    let bytes: [UInt8]

    /// - Returns: nil for anything but one plain address; a port, a zone (`%eth0`) or brackets are not part of one.
    init?(_ text: String) {
        // C would read only as far as a NUL.
        guard !text.utf8.contains(0) else { return nil }
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            bytes = withUnsafeBytes(of: v4) { Array($0) }
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            let all = withUnsafeBytes(of: v6) { Array($0) }
            bytes = all.starts(with: Self.mappedPrefix) ? Array(all[12...]) : all
        } else {
            return nil
        }
    }

    private static let mappedPrefix = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
}

/// Addresses that begin with the same bits.
struct AddressRange: Sendable, Equatable {
    let base: Address
    /// 0…32 or 0…128.
    let prefixLength: Int

    /// - Parameter text: an address, or an address, a slash and a number of bits. Bits behind the prefix are ignored.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let base = Address(String(parts[0])) else { return nil }
        let bits = base.bytes.count * 8
        guard parts.count == 2 else {
            (self.base, prefixLength) = (base, bits)
            return
        }
        guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(parts[1]), length <= bits
        else { return nil }
        (self.base, prefixLength) = (base, length)
    }

    func contains(_ address: Address) -> Bool {
        guard address.bytes.count == base.bytes.count else { return false }
        for (index, (left, right)) in zip(base.bytes, address.bytes).enumerated() {
            let bits = prefixLength - index * 8
            if bits <= 0 { return true }
            let mask: UInt8 = bits >= 8 ? 0xFF : ~(0xFF >> UInt8(bits))
            if (left ^ right) & mask != 0 { return false }
        }
        return true
    }
}

/// A list of addresses and ranges; as an allow-list, an empty one accepts all.
package struct AddressList: Sendable {
    private let ranges: [AddressRange]

    package init(_ texts: [String]) throws(SchemeError) {
        var ranges: [AddressRange] = []
        for text in texts {
            guard let range = AddressRange(text) else {
                throw .invalidSetting(.allowedAddresses, reason: "\"\(text)\" is no address or range")
            }
            ranges.append(range)
        }
        self.ranges = ranges
    }

    /// Whether it is one of these; nothing is in an empty list.
    package func contains(_ address: String) -> Bool {
        guard let address = Address(address) else { return false }
        return ranges.contains { $0.contains(address) }
    }

    func check(_ address: String?) throws(Rejection) {
        if ranges.isEmpty { return }
        guard let address = address.flatMap(Address.init) else { throw .unknownAddress }
        guard ranges.contains(where: { $0.contains(address) }) else { throw .addressNotAllowed }
    }
}

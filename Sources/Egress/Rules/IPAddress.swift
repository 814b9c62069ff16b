/// An IPv4 or IPv6 address.
package struct IPAddress: Sendable, Hashable {
    /// 4 or 16 of them, in network order.
    package let bytes: [UInt8]

    /// - Parameter bytes: must be 4 or 16 of them.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Reads one plain address, with nothing before or after it.
    ///
    /// IPv4 is four decimal numbers without leading zeros: `0177.0.0.1`, `127.1` and `2130706433` are none, since
    /// programs disagree on what they mean. IPv6 is as RFC 4291 §2.2 writes it; a zone (`%eth0`) or brackets are not
    /// part of it.
    package init?(_ text: some StringProtocol) {
        let text = Array(text.utf8)
        guard let bytes = text.contains(UInt8(ascii: ":")) ? Self.v6(text[...]) : Self.v4(text[...]) else { return nil }
        self.bytes = bytes
    }

    package var isV4: Bool { bytes.count == 4 }

    private static func v4(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0"),
                part.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = UInt8(String(decoding: part, as: UTF8.self))
            else { return nil }
            bytes.append(number)
        }
        return bytes
    }

    private static func v6(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let colon = UInt8(ascii: ":")
        var rest = text
        var groups: [UInt8] = []
        /// Where `::` stands, in bytes.
        var gap: Int?
        if rest.starts(with: [colon, colon]) {
            gap = 0
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let end = rest.firstIndex(of: colon) ?? rest.endIndex
            let group = rest[..<end]
            if end == rest.endIndex, group.contains(UInt8(ascii: ".")) {
                guard let embedded = v4(group) else { return nil }
                groups += embedded
                rest = []
                break
            }
            guard (1...4).contains(group.count), let number = hexNumber(group) else { return nil }
            groups += [UInt8(number >> 8), UInt8(number & 0xFF)]
            rest = rest[end...]
            if rest.starts(with: [colon, colon]) {
                guard gap == nil else { return nil }
                gap = groups.count
                rest = rest.dropFirst(2)
            } else if rest.first == colon {
                rest = rest.dropFirst()
                // A single colon must have something behind it.
                guard !rest.isEmpty else { return nil }
            }
            guard groups.count <= 16 else { return nil }
        }
        guard let gap else { return groups.count == 16 ? groups : nil }
        // RFC 4291 allows `::` for one group or more.
        guard groups.count <= 14 else { return nil }
        groups.insert(contentsOf: [UInt8](repeating: 0, count: 16 - groups.count), at: gap)
        return groups
    }

    private static func hexNumber(_ digits: ArraySlice<UInt8>) -> UInt16? {
        var number: UInt16 = 0
        for digit in digits {
            let value: UInt8
            switch digit {
            case 0x30...0x39: value = digit - 0x30
            case 0x41...0x46: value = digit - 0x41 + 10
            case 0x61...0x66: value = digit - 0x61 + 10
            default: return nil
            }
            number = number << 4 | UInt16(value)
        }
        return number
    }
}

extension IPAddress: CustomStringConvertible {
    /// RFC 5952: lower case, the longest run of two or more zero groups as `::`.
    package var description: String {
        if isV4 { return bytes.map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        var (best, run) = (0..<0, 0..<0)
        for (index, group) in groups.enumerated() {
            run = group == 0 ? (run.isEmpty ? index..<index + 1 : run.lowerBound..<index + 1) : 0..<0
            if run.count > best.count { best = run }
        }
        func text(_ range: Range<Int>) -> String {
            groups[range].map { String($0, radix: 16) }.joined(separator: ":")
        }
        return best.count < 2 ? text(0..<8) : text(0..<best.lowerBound) + "::" + text(best.upperBound..<8)
    }
}

/// All addresses that begin with the same bits.
package struct IPRange: Sendable, Hashable {
    package let base: IPAddress
    /// 0…32 or 0…128.
    package let prefixLength: Int

    /// - Parameter text: an address, or an address, a slash and a number of bits; bits behind the prefix are ignored.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let base = IPAddress(first) else { return nil }
        let bits = base.bytes.count * 8
        guard parts.count == 2 else {
            (self.base, prefixLength) = (base, bits)
            return
        }
        let digits = parts[1].utf8
        guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            digits.count == 1 || digits.first != UInt8(ascii: "0"), let length = Int(parts[1]), length <= bits
        else { return nil }
        (self.base, prefixLength) = (base, length)
    }

    package func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == base.bytes.count else { return false }
        for (index, (left, right)) in zip(base.bytes, address.bytes).enumerated() {
            let bits = prefixLength - index * 8
            if bits <= 0 { return true }
            let mask: UInt8 = bits >= 8 ? 0xFF : ~(0xFF >> UInt8(bits))
            if (left ^ right) & mask != 0 { return false }
        }
        return true
    }

    package func contains(_ range: IPRange) -> Bool {
        range.prefixLength >= prefixLength && contains(range.base)
    }
}

/// What kind of address it is, as far as sending to it matters.
package enum AddressKind: String, Sendable, Hashable, CaseIterable {
    /// Anyone's: the internet.
    case global
    case loopback
    /// RFC 1918 and RFC 4193.
    case `private`
    case linkLocal
    /// Where clouds hand out credentials.
    case metadata
    /// Set aside for anything else: documentation, tunnels, multicast, the future.
    case reserved
}

/// Which addresses are anyone's and which are somebody's own network.
///
/// The IANA special-purpose registries (RFC 6890) and the metadata services of the clouds. An address that carries an
/// IPv4 address inside (mapped, NAT64) is judged by that one; tunnels whose far end cannot be known (6to4, Teredo) are
/// reserved.
package enum AddressRules {
    package static func kind(of address: IPAddress) -> AddressKind {
        let address = unwrapped(address)
        if let entry = table.first(where: { $0.range.contains(address) }) { return entry.kind }
        // IPv6: only what is given out as global unicast (2000::/3) is anyone's.
        return address.isV4 || globalUnicast.contains { $0.contains(address) } ? .global : .reserved
    }

    /// The IPv4 address inside a mapped (`::ffff:0:0/96`) or NAT64 (`64:ff9b::/96`) one; otherwise the address.
    package static func unwrapped(_ address: IPAddress) -> IPAddress {
        guard carriers.contains(where: { $0.contains(address) }),
            let inner = IPAddress(bytes: Array(address.bytes.suffix(4)))
        else { return address }
        return inner
    }

    /// Ranges whose members are opened only by an entry that names nothing wider: link-local and metadata addresses.
    static let guarded: [IPRange] = ranges([
        "169.254.0.0/16", "fe80::/10", "100.100.100.0/24", "168.63.129.0/24", "192.0.0.0/24", "fd00:ec2::/32",
        "fd20:ce::/32",
    ])

    private static let carriers = ranges(["::ffff:0:0/96", "64:ff9b::/96"])
    private static let globalUnicast = ranges(["2000::/3"])

    /// The first that contains an address says its kind.
    private static let table: [(range: IPRange, kind: AddressKind)] = [
        // Metadata services inside of wider ranges.
        entry("169.254.169.254/32", .metadata),
        entry("169.254.170.0/24", .metadata),  // container credentials of AWS
        entry("100.100.100.200/32", .metadata),  // Alibaba Cloud
        entry("168.63.129.16/32", .metadata),  // Azure's wire server
        entry("192.0.0.192/32", .metadata),  // Oracle Cloud
        entry("fd00:ec2::/32", .metadata),  // AWS
        entry("fd20:ce::/32", .metadata),  // Google Cloud

        entry("0.0.0.0/8", .reserved),
        entry("10.0.0.0/8", .private),
        entry("100.64.0.0/10", .reserved),  // RFC 6598
        entry("127.0.0.0/8", .loopback),
        entry("169.254.0.0/16", .linkLocal),
        entry("172.16.0.0/12", .private),
        entry("192.0.0.0/24", .reserved),
        entry("192.0.2.0/24", .reserved),
        entry("192.88.99.0/24", .reserved),
        entry("192.168.0.0/16", .private),
        entry("198.18.0.0/15", .reserved),
        entry("198.51.100.0/24", .reserved),
        entry("203.0.113.0/24", .reserved),
        entry("224.0.0.0/4", .reserved),
        entry("240.0.0.0/4", .reserved),

        entry("::1/128", .loopback),
        entry("fc00::/7", .private),
        entry("fe80::/10", .linkLocal),
        entry("2001::/23", .reserved),  // Teredo, ORCHID, benchmarks
        entry("2001:db8::/32", .reserved),
        entry("2002::/16", .reserved),  // 6to4
        entry("3fff::/20", .reserved),
    ]

    private static func entry(_ text: String, _ kind: AddressKind) -> (range: IPRange, kind: AddressKind) {
        (range(text), kind)
    }

    private static func ranges(_ texts: [String]) -> [IPRange] { texts.map(range) }

    private static func range(_ text: String) -> IPRange {
        guard let range = IPRange(text) else { preconditionFailure("the table above holds \(text), which is no range") }
        return range
    }
}

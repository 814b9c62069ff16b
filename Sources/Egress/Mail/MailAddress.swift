import HubCore

/// One mailbox, with the name that is shown for it.
package struct MailAddress: Sendable, Hashable {
    /// Nil or empty: none. Any text; it is encoded where it is written.
    package let name: String?
    /// `local@domain`, ASCII.
    package let address: String

    /// Reads `hub@example.org` or `Name <hub@example.org>`, with the name in quotes or not.
    ///
    /// - Throws: ``MailAddressProblem``. Quoted local parts and letters outside ASCII are none: few servers take them.
    package init(_ text: String) throws(MailAddressProblem) {
        var (name, address) = (Substring(), text.trimmed()[...])
        if address.last == ">", let open = address.lastIndex(of: "<") {
            name = address[..<open].trimmed()[...]
            address = address[address.index(after: open)...].dropLast()
            if name.count >= 2, name.first == "\"", name.last == "\"" { name = name.dropFirst().dropLast() }
        }
        guard name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else { throw .name }
        guard let at = address.lastIndex(of: "@") else { throw .missingAt }
        let (local, domain) = (address[..<at], address[address.index(after: at)...])
        guard Self.isLocalPart(local) else { throw .localPart }
        // The same rules as for any host: it is looked up like one.
        guard case .name(let host)? = try? OutboundURL("https://\(domain)/").host, host == domain.lowercased() else {
            throw .domain
        }
        self.name = name.isEmpty ? nil : String(name)
        self.address = "\(local)@\(host)"
    }

    package var domain: Substring { address[address.index(after: address.lastIndex(of: "@") ?? address.startIndex)...] }

    /// RFC 5322 §3.2.3, `dot-atom`; RFC 5321 §4.5.3.1.1 for its length.
    private static func isLocalPart(_ text: Substring) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return text.utf8.count <= 64
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy { byte in
                        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                            || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
                    }
            }
    }
}

/// Why a text is no mail address.
package enum MailAddressProblem: Error, Sendable, Hashable, CaseIterable {
    case missingAt
    case localPart
    case domain
    case name

    /// Stable.
    package var code: String {
        switch self {
        case .missingAt: "address.missing-at"
        case .localPart: "address.local-part"
        case .domain: "address.domain"
        case .name: "address.name"
        }
    }
}

extension MailAddressProblem: CustomStringConvertible {
    /// For people.
    package var description: String {
        switch self {
        case .missingAt: "a mail address has an @"
        case .localPart:
            "before the @ there may be ASCII letters, digits and !#$%&'*+-/=?^_`{|}~, with full stops between"
        case .domain: "after the @ there must be a host name in ASCII (write xn--… for others)"
        case .name: "a name may not hold control characters"
        }
    }
}

package import HubCore

/// Why nothing is sent to a host.
package enum EgressRefusal: Error, Sendable, Equatable {
    case scheme
    case name
    case address(AddressKind)

    package var failure: AttemptFailure {
        switch self {
        case .scheme: .blockedScheme
        case .name: .blockedName
        case .address: .blockedAddress
        }
    }
}

/// Which URLs and addresses may be dialled: the rules, and the exceptions of whoever runs the hub.
package struct EgressPolicy: Sendable {
    private let exceptions: [EgressException]

    /// Without exceptions: HTTPS to addresses of the internet.
    package static let strict = EgressPolicy([])

    package init(_ exceptions: [EgressException]) {
        self.exceptions = exceptions
    }

    /// Reads the list of `MARTLET_EGRESS_ALLOW`.
    ///
    /// - Parameter list: `cidr[:port]` and `name[:port]`, separated by commas or blanks.
    /// - Throws: ``EgressEntryError`` with the entry that is neither.
    package init(parsing list: String) throws(EgressEntryError) {
        var exceptions: [EgressException] = []
        for entry in list.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
            exceptions.append(try EgressException(String(entry)))
        }
        self.init(exceptions)
    }

    /// What can be said of a URL before its name is resolved, when it is saved.
    ///
    /// - Returns: nil when nothing speaks against it so far. ``judge(_:resolvedTo:)`` has the last word.
    package func judge(_ url: OutboundURL) -> EgressRefusal? {
        switch url.host {
        case .address(let address):
            return judge(url, resolvedTo: [address])
        case .name(let name):
            if exceptions.contains(where: { $0.names(name, url.port) }) { return nil }
            // A range may cover whatever the name resolves to.
            let mayBeCovered = exceptions.contains { $0.isRange(at: url.port) }
            if mayBeCovered { return nil }
            if Self.isForbidden(name) { return .name }
            return url.scheme == .https ? nil : .scheme
        }
    }

    /// The last word, at each connect.
    ///
    /// - Parameter addresses: all that the name resolves to; one that may not be dialled refuses all of them.
    /// - Returns: nil when any of them may be dialled.
    package func judge(_ url: OutboundURL, resolvedTo addresses: [IPAddress]) -> EgressRefusal? {
        let name: String? = if case .name(let name) = url.host { name } else { nil }
        let isNamed = name.map { name in exceptions.contains { $0.names(name, url.port) } } ?? false
        let covered = addresses.map { address in exceptions.contains { $0.covers(address, url.port) } }
        let isCovered = !covered.isEmpty && covered.allSatisfy { $0 }
        if let name, Self.isForbidden(name), !isNamed, !isCovered { return .name }
        for (address, isCovered) in zip(addresses, covered) where !isCovered {
            switch AddressRules.kind(of: address) {
            case .global: continue
            case .loopback, .private: if !isNamed { return .address(AddressRules.kind(of: address)) }
            case let kind: return .address(kind)
            }
        }
        return url.scheme == .https || isNamed || isCovered ? nil : .scheme
    }

    /// Names that mean a network of somebody's own.
    static func isForbidden(_ name: String) -> Bool {
        ["localhost", "internal", "local", "svc", "home.arpa"].contains { zone in
            name == zone || name.hasSuffix("." + zone)
        }
    }
}

/// One entry of `MARTLET_EGRESS_ALLOW`: where plain HTTP and addresses of one's own network are allowed.
package struct EgressException: Sendable, Hashable {
    private enum Subject: Sendable, Hashable {
        case range(IPRange)
        case name(String)
    }

    private let subject: Subject
    /// Nil: any.
    private let port: Int?

    /// - Parameter text: `cidr[:port]` or `name[:port]`; an IPv6 range with a port is written `[fd00::/8]:8443`.
    /// - Throws: ``EgressEntryError``.
    package init(_ text: String) throws(EgressEntryError) {
        let error = EgressEntryError(entry: text)
        var subject = text[...]
        var port: Int?
        if text.first == "[" {
            guard let close = text.firstIndex(of: "]") else { throw error }
            subject = text[text.index(after: text.startIndex)..<close]
            var rest = text[text.index(after: close)...]
            // `[::1]/128:80` is read too.
            if rest.first == "/" {
                let end = rest.firstIndex(of: ":") ?? rest.endIndex
                subject += rest[..<end]
                rest = rest[end...]
            }
            guard subject.contains(":") else { throw error }
            port = try Self.port(rest, error)
        } else if text.utf8.count(where: { $0 == UInt8(ascii: ":") }) == 1, let colon = text.firstIndex(of: ":") {
            subject = text[..<colon]
            port = try Self.port(text[colon...], error)
        }
        self.port = port
        if let range = IPRange(subject) {
            self.subject = .range(range)
            return
        }
        guard case .name(let name)? = try? OutboundURL("https://\(subject)/").host,
            subject.utf8.allSatisfy({ $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
        else { throw error }
        self.subject = .name(name)
    }

    /// - Parameter text: empty, or begins with a colon.
    private static func port(_ text: Substring, _ error: EgressEntryError) throws(EgressEntryError) -> Int? {
        if text.isEmpty { return nil }
        guard text.first == ":", text.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(text.dropFirst()), (1...65535).contains(port)
        else { throw error }
        return port
    }

    func names(_ name: String, _ port: Int) -> Bool {
        subject == .name(name) && fits(port)
    }

    func isRange(at port: Int) -> Bool {
        if case .range = subject { fits(port) } else { false }
    }

    /// Whether a range entry opens the address; a wide range opens no link-local or metadata address.
    func covers(_ address: IPAddress, _ port: Int) -> Bool {
        guard case .range(let range) = subject, fits(port) else { return false }
        return [address, AddressRules.unwrapped(address)].contains { address in
            guard range.contains(address) else { return false }
            let guarded = AddressRules.guarded.filter { $0.contains(address) }
            return guarded.allSatisfy { $0.contains(range) }
        }
    }

    private func fits(_ port: Int) -> Bool {
        self.port == nil || self.port == port
    }
}

/// An entry of `MARTLET_EGRESS_ALLOW` that is neither a range nor a name.
package struct EgressEntryError: Error, Sendable, Equatable, CustomStringConvertible {
    package let entry: String

    package var description: String {
        "\"\(entry)\" is neither an address range nor a host name, with or without a port"
    }
}

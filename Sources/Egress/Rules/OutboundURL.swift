import FoundationEssentials
import HubCore

/// A URL that can be dialled, in the one form that every parser reads alike.
///
/// Whatever is judged about it (scheme, host, port) is what the HTTP client connects to: ``text`` is written from the
/// parts, holds only characters of RFC 3986, and is read back by the client's own parser before it counts.
package struct OutboundURL: Sendable, Hashable {
    package enum Scheme: String, Sendable, Hashable {
        case http, https

        package var defaultPort: Int { self == .https ? 443 : 80 }
    }

    package enum Host: Sendable, Hashable {
        /// Lower case, ASCII, without a full stop at its end.
        case name(String)
        case address(IPAddress)
    }

    package let scheme: Scheme
    package let host: Host
    package let port: Int
    /// Path and query as they are sent; begins with a slash.
    package let target: String
    /// Scheme, host and port; shown where the path may hold a secret.
    package let origin: String
    /// The whole URL; its path may hold a secret.
    package let text: String

    package static let lengthLimit = 2048

    /// - Throws: ``URLProblem``, which says what to change.
    package init(_ text: String) throws(URLProblem) {
        let text = Array(text.utf8)
        guard !text.isEmpty else { throw .notAbsolute }
        guard text.count <= Self.lengthLimit else { throw .tooLong }
        // Blanks, controls and backslashes are where parsers differ most.
        guard text.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }) else { throw .invalidCharacter }
        var rest = text[...]
        scheme = try Self.takeScheme(&rest)
        let end = rest.firstIndex { [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")].contains($0) }
        let authority = rest[..<(end ?? rest.endIndex)]
        guard !authority.contains(UInt8(ascii: "@")) else { throw .userInformation }
        (host, port) = try Self.hostAndPort(authority, scheme)
        target = Self.target(rest[(end ?? rest.endIndex)...])
        origin = Self.origin(scheme, host, port)
        self.text = origin + target
        // The client reads the text with this parser and looks the vetted address up by the host it finds.
        guard self.text.utf8.count <= 3 * Self.lengthLimit, let readBack = URL(string: self.text),
            readBack.scheme == scheme.rawValue, readBack.host.map({ $0.filter { $0 != "[" && $0 != "]" } }) == hostText,
            readBack.port ?? scheme.defaultPort == port, readBack.user == nil, readBack.password == nil
        else { throw .ambiguous }
    }

    /// The host as it is looked up or dialled, without brackets.
    package var hostText: String {
        switch host {
        case .name(let name): name
        case .address(let address): address.description
        }
    }

    private static func origin(_ scheme: Scheme, _ host: Host, _ port: Int) -> String {
        let name =
            switch host {
            case .name(let name): name
            case .address(let address): address.isV4 ? address.description : "[\(address)]"
            }
        return "\(scheme)://\(name)" + (port == scheme.defaultPort ? "" : ":\(port)")
    }
}

extension OutboundURL: CustomStringConvertible, CustomReflectable {
    /// The origin alone: the path of a chat system's hook is a secret.
    package var description: String { origin + "/…" }

    package var customMirror: Mirror { Mirror(self, children: ["origin": origin]) }
}

/// Why a text is no URL that webhooks can be sent to.
package enum URLProblem: Error, Sendable, Equatable, CaseIterable {
    case notAbsolute
    case tooLong
    case invalidCharacter
    case userInformation
    case missingHost
    /// Letters outside ASCII, percent signs, zones, underscores at an end.
    case invalidHost
    /// An IPv4 address in another notation than four decimal numbers.
    case oddAddress
    case invalidPort
    /// The HTTP client would read it differently.
    case ambiguous

    /// Stable.
    package var code: String {
        switch self {
        case .notAbsolute: "url.not-absolute"
        case .tooLong: "url.too-long"
        case .invalidCharacter: "url.invalid-character"
        case .userInformation: "url.user-information"
        case .missingHost: "url.missing-host"
        case .invalidHost: "url.invalid-host"
        case .oddAddress: "url.odd-address"
        case .invalidPort: "url.invalid-port"
        case .ambiguous: "url.ambiguous"
        }
    }
}

extension URLProblem: CustomStringConvertible {
    /// For people.
    package var description: String {
        switch self {
        case .notAbsolute: "the URL must begin with https://"
        case .tooLong: "the URL is longer than \(OutboundURL.lengthLimit) bytes"
        case .invalidCharacter: "the URL holds a blank, a control character or a backslash"
        case .userInformation: "the URL must not hold a user name or password; use authentication or a header"
        case .missingHost: "the URL has no host"
        case .invalidHost:
            "the host name must be ASCII letters, digits, hyphens and full stops (write xn--… for others)"
        case .oddAddress: "an IPv4 address must be four decimal numbers"
        case .invalidPort: "the port must be a number from 1 to 65535"
        case .ambiguous: "programs do not agree on what this URL means"
        }
    }
}

// MARK: - Parts

extension OutboundURL {
    private static func takeScheme(_ rest: inout ArraySlice<UInt8>) throws(URLProblem) -> Scheme {
        for scheme in [Scheme.https, .http] {
            let prefix = Array("\(scheme)://".utf8)
            let head = rest.prefix(prefix.count)
            // Schemes are compared without case (RFC 3986 §3.1).
            guard String(decoding: head, as: UTF8.self).equalsIgnoringASCIICase(String(decoding: prefix, as: UTF8.self))
            else { continue }
            rest = rest.dropFirst(prefix.count)
            return scheme
        }
        throw .notAbsolute
    }

    private static func hostAndPort(
        _ authority: ArraySlice<UInt8>, _ scheme: Scheme
    ) throws(URLProblem) -> (Host, Int) {
        guard !authority.isEmpty else { throw .missingHost }
        if authority.first == UInt8(ascii: "[") {
            guard let close = authority.firstIndex(of: UInt8(ascii: "]")),
                let address = IPAddress(String(decoding: authority[(authority.startIndex + 1)..<close], as: UTF8.self)),
                !address.isV4
            else { throw .invalidHost }
            return (.address(address), try port(authority[(close + 1)...], scheme))
        }
        let colon = authority.firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex
        return (try host(authority[..<colon]), try port(authority[colon...], scheme))
    }

    /// - Parameter text: empty, or begins with a colon.
    private static func port(_ text: ArraySlice<UInt8>, _ scheme: Scheme) throws(URLProblem) -> Int {
        guard let first = text.first else { return scheme.defaultPort }
        guard first == UInt8(ascii: ":") else { throw .invalidPort }
        let digits = text.dropFirst()
        // RFC 3986 §3.2.3: an empty port is the default one.
        if digits.isEmpty { return scheme.defaultPort }
        guard digits.count <= 5, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(String(decoding: digits, as: UTF8.self)), (1...65535).contains(number)
        else { throw .invalidPort }
        return number
    }

    private static func host(_ bytes: ArraySlice<UInt8>) throws(URLProblem) -> Host {
        var bytes = bytes
        // `example.com.` is the same host; resolvers and certificates know it without the full stop.
        if bytes.last == UInt8(ascii: ".") { bytes = bytes.dropLast() }
        guard !bytes.isEmpty else { throw .missingHost }
        let name = String(decoding: bytes, as: UTF8.self).lowercased()
        if let address = IPAddress(name) { return .address(address) }
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard bytes.count <= 253, labels.allSatisfy(isLabel) else { throw .invalidHost }
        // What a resolver would take for an IPv4 address: its last part is a number (WHATWG URL §3.5).
        guard let last = labels.last, !isNumber(last) else { throw .oddAddress }
        return .name(name)
    }

    /// Letters, digits, and hyphens or underscores inside; 1 to 63 of them.
    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
            && label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    }

    private static func isNumber(_ label: Substring.UTF8View) -> Bool {
        if label.allSatisfy({ (0x30...0x39).contains($0) }) { return true }
        return label.starts(with: "0x".utf8)
            && label.dropFirst(2).allSatisfy { Hex.decode("0\(Unicode.Scalar($0))") != nil }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
    }

    /// Path and query; a fragment is never sent. What RFC 3986 does not allow there is percent-encoded.
    private static func target(_ bytes: ArraySlice<UInt8>) -> String {
        let bytes = bytes.prefix { $0 != UInt8(ascii: "#") }
        var text: [UInt8] = bytes.first == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]
        for (index, byte) in zip(bytes.indices, bytes) {
            let isEscape =
                byte == UInt8(ascii: "%") && bytes.endIndex - index > 2
                && Hex.decode(String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self)) != nil
            if isEscape || isLetterOrDigit(byte) || targetCharacters.contains(byte) {
                text.append(byte)
            } else {
                text.append(UInt8(ascii: "%"))
                text.append(contentsOf: Hex.encode([byte]).uppercased().utf8)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// RFC 3986 §3.3 and §3.4 beside letters and digits.
    private static let targetCharacters = Set("-._~!$&'()*+,;=:@/?".utf8)
}

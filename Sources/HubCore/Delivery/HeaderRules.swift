/// Why a header of somebody's own is not sent.
package enum HeaderProblem: Error, Sendable, Hashable {
    /// Names are letters, digits and `!#$%&'*+-.^_|~` and backtick (RFC 9110 §5.6.2).
    case invalidName(String)
    /// Values are printable ASCII, blanks and tabs.
    case invalidValue(name: String)
    /// The name is the protocol's, or ours to set.
    case forbidden(String)
    case tooLong(name: String)
    case tooMany

    /// Stable.
    package var code: String {
        switch self {
        case .invalidName: "header.invalid-name"
        case .invalidValue: "header.invalid-value"
        case .forbidden: "header.forbidden"
        case .tooLong: "header.too-long"
        case .tooMany: "header.too-many"
        }
    }
}

extension HeaderProblem: CustomStringConvertible {
    /// For people; never the value, which may be a credential.
    package var description: String {
        switch self {
        case .invalidName(let name): "\"\(name)\" is no header name"
        case .invalidValue(let name): "the value of \(name) holds characters that no header may"
        case .forbidden(let name): "\(name) cannot be set: it belongs to the protocol or to the hub"
        case .tooLong(let name): "the value of \(name) is longer than \(HeaderRules.valueLimit) bytes"
        case .tooMany: "there may be at most \(HeaderRules.countLimit) headers"
        }
    }
}

/// Which headers people may add to what is sent for them.
package enum HeaderRules {
    package static let countLimit = 32
    package static let valueLimit = 4096

    /// Checks the custom headers of an endpoint.
    package static func check(_ headers: Fields) throws(HeaderProblem) {
        guard headers.fields.count <= countLimit else { throw .tooMany }
        for field in headers.fields {
            guard isName(field.name) else { throw .invalidName(String(field.name.prefix(80))) }
            guard !framesMessage(field.name), !isOurs(field.name) else { throw .forbidden(field.name) }
            guard field.value.utf8.count <= valueLimit else { throw .tooLong(name: field.name) }
            guard isValue(field.value) else { throw .invalidValue(name: field.name) }
        }
    }

    /// Whether name and value can stand in a request without ending it or becoming another header.
    package static func isSafe(_ field: Fields.Field) -> Bool {
        isName(field.name) && isValue(field.value)
    }

    /// Headers that say where a message ends, goes or comes through: never anyone's to set.
    package static func framesMessage(_ name: String) -> Bool {
        framing.contains { $0.equalsIgnoringASCIICase(name) }
    }

    private static let framing = [
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Proxy-Connection",
        "Proxy-Authorization", "TE", "Trailer", "Upgrade", "HTTP2-Settings", "Expect",
    ]

    /// Headers by which a receiver knows that a delivery is genuine.
    private static func isOurs(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.hasPrefix("webhook-")
            || ["x-webhook-event", "x-webhook-delivery", "x-webhook-signature", "martlet-depth"].contains(name)
    }

    private static func isName(_ name: String) -> Bool {
        (1...256).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: tokenMarks.contains(byte)
                }
            }
    }

    private static let tokenMarks = Array("!#$%&'*+-.^_`|~".utf8)

    private static func isValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 }
            && value.utf8.first != 0x20 && value.utf8.last != 0x20
    }
}

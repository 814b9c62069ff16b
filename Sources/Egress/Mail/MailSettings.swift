package import HubCore

/// Which server mail goes to, and how; read from one URL.
///
///     smtps://user:password@mail.example.org?from=Martlet%20%3Chub@example.org%3E
package struct MailSettings: Sendable {
    package enum Encryption: Sendable, Hashable {
        /// From the first byte on (`smtps`).
        case implicit
        /// `STARTTLS` must be offered (`smtp+starttls`).
        case required
        /// `STARTTLS` where it is offered; where it is not, only `plaintext` lets anything be sent (`smtp`).
        case offered(plaintext: Bool)
    }

    /// A name or an address, lower case, without brackets.
    package let host: String
    package let port: Int
    package let encryption: Encryption
    package let credentials: Credentials?
    package let from: MailAddress
    /// For everything together: looking up the name, connecting, the dialogue.
    package var timeout = Duration.seconds(20)

    package struct Credentials: Sendable {
        package let user: String
        package let password: Secret<String>
    }

    /// - Parameter url: `smtps://`, `smtp+starttls://` or `smtp://`; user, password and options percent-encoded. The
    ///   options are `from`, the sender's address, and `plaintext=yes`, which allows `smtp` without encryption to other
    ///   machines than this one.
    /// - Throws: ``MailSettingsError``, which never holds the password.
    package init(url: String) throws(MailSettingsError) {
        guard let separator = url.firstRange(of: "://"),
            let scheme = Scheme(rawValue: url[..<separator.lowerBound].lowercased())
        else { throw .scheme }
        let rest = url[separator.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        let (authority, tail) = (rest[..<end], rest[end...].drop { $0 == "/" })
        guard tail.isEmpty || tail.first == "?" else { throw .path }
        let at = authority.lastIndex(of: "@")
        credentials = try at.map { at throws(MailSettingsError) in try Self.credentials(authority[..<at]) }
        (host, port) = try Self.place(at.map { authority[authority.index(after: $0)...] } ?? authority, scheme)
        var (sender, plaintext): (MailAddress?, Bool) = (nil, false)
        for option in tail.dropFirst().split(separator: "&") {
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count == 2 ? Self.decoded(parts[1]) : nil
            switch (parts[0], value) {
            case ("from", let value?):
                do {
                    sender = try MailAddress(value)
                } catch {
                    throw .sender(error)
                }
            case ("plaintext", "yes") where scheme == .smtp: plaintext = true
            case ("plaintext", _): throw .plaintext
            default: throw .option(String(parts[0].prefix(40)))
            }
        }
        guard let sender else { throw .missingSender }
        from = sender
        encryption =
            switch scheme {
            case .smtps: .implicit
            case .starttls: .required
            case .smtp: .offered(plaintext: plaintext || Self.isThisMachine(host))
            }
    }

    private enum Scheme: String {
        case smtps
        case starttls = "smtp+starttls"
        case smtp

        var port: Int {
            switch self {
            case .smtps: 465
            case .starttls: 587
            case .smtp: 25
            }
        }
    }

    private static func credentials(_ text: Substring) throws(MailSettingsError) -> Credentials {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let user = decoded(parts[0]), let password = decoded(parts[1]), !user.isEmpty,
            // A zero would end a part of what PLAIN sends (RFC 4616 §2).
            (user + password).unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw .credentials }
        return Credentials(user: user, password: Secret(password))
    }

    private static func place(_ text: Substring, _ scheme: Scheme) throws(MailSettingsError) -> (String, Int) {
        // Host and port are written as in any other URL.
        let url: OutboundURL
        do {
            url = try OutboundURL("https://\(text)/")
        } catch {
            throw .host(error)
        }
        let hasPort = text.last != "]" && text.contains(":") && text.last != ":"
        return (url.hostText, hasPort ? url.port : scheme.port)
    }

    static func isThisMachine(_ host: String) -> Bool {
        if let address = IPAddress(host) { return AddressRules.kind(of: address) == .loopback }
        return host == "localhost" || host.hasSuffix(".localhost")
    }

    /// - Returns: nil when an escape is none, or what comes out is not UTF-8.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let one = Hex.decode(String(decoding: rest.prefix(2), as: UTF8.self)) else {
                return nil
            }
            bytes += one
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// Why a URL says nothing of a mail server.
package enum MailSettingsError: Error, Sendable, Hashable {
    case scheme
    case path
    case host(URLProblem)
    case credentials
    case missingSender
    case sender(MailAddressProblem)
    case plaintext
    case option(String)

    /// Stable.
    package var code: String {
        switch self {
        case .scheme: "mail.scheme"
        case .path: "mail.path"
        case .host: "mail.host"
        case .credentials: "mail.credentials"
        case .missingSender: "mail.missing-sender"
        case .sender: "mail.sender"
        case .plaintext: "mail.plaintext"
        case .option: "mail.option"
        }
    }
}

extension MailSettingsError: CustomStringConvertible {
    /// For people.
    package var description: String {
        switch self {
        case .scheme: "the URL must begin with smtps://, smtp+starttls:// or smtp://"
        case .path: "nothing but options (?from=…) may follow the host and port"
        case .host(let problem): "mail server: \(problem)"
        case .credentials: "write user:password@, with other characters than letters and digits percent-encoded"
        case .missingSender: "the sender's address is missing: ?from=hub@example.org"
        case .sender(let problem): "from: \(problem)"
        case .plaintext: "plaintext may only be yes, and only with smtp://"
        case .option(let name): "there is no option \(name), or its value cannot be read"
        }
    }
}

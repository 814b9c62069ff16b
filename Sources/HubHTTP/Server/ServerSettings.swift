import HubConsole
import HubCore
import WebhookSignatures

/// Where and how the server listens.
package struct ServerSettings: Sendable {
    package var host: String
    /// 0: any free one.
    package var port: Int
    /// Scheme, host and port by which senders know the hub; nil: what it listens at.
    package var publicURL: String?
    /// Peers whose `X-Forwarded-*` headers are believed: addresses and ranges.
    package var trustedProxies: [String]
    /// Bytes of bodies held at once; beyond it requests are answered 503.
    package var maxInflightBytes: Int
    /// After how long without anything a connection is closed; one that waits for an answer is not idle.
    package var idleTimeout: Duration
    /// How long a body may take however little it brings.
    package var bodyGrace: Duration
    package var tls: TLS?

    package struct TLS: Sendable {
        package let certificateFile: String
        package let keyFile: String

        package init(certificateFile: String, keyFile: String) {
            (self.certificateFile, self.keyFile) = (certificateFile, keyFile)
        }
    }

    package init(
        host: String = "127.0.0.1", port: Int = 8080, publicURL: String? = nil, trustedProxies: [String] = [],
        maxInflightBytes: Int = 64 << 20, tls: TLS? = nil
    ) {
        self.host = host
        self.port = port
        self.publicURL = publicURL
        self.trustedProxies = trustedProxies
        self.maxInflightBytes = maxInflightBytes
        self.tls = tls
        idleTimeout = .seconds(60)
        bodyGrace = .seconds(20)
    }

    /// The public host's name, for the addresses of bots; an address or `localhost` is no name that mail could go to.
    package var publicHost: String { ConsoleRequest.publicHost(of: publicBase) }

    /// The public address without a slash at the end.
    package var publicBase: String {
        if let publicURL { return publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL }
        let shown = host.contains(":") ? "[\(host)]" : host
        return "\(tls == nil ? "http" : "https")://\(shown):\(port)"
    }
}

/// Who really sent a request, and to which address.
struct Forwarding: Sendable {
    private let trusted: AddressList
    private let trustsAny: Bool
    private let publicBase: String
    private let hasPublicURL: Bool

    /// - Throws: when a trusted proxy is no address or range.
    init(_ settings: ServerSettings) throws(SchemeError) {
        trusted = try AddressList(settings.trustedProxies)
        trustsAny = !settings.trustedProxies.isEmpty
        publicBase = settings.publicBase
        hasPublicURL = settings.publicURL != nil
    }

    /// The last address that no trusted proxy vouches for.
    func client(of headers: Fields, peer: String?) -> String? {
        guard let peer, isTrusted(peer) else { return peer }
        let hops = headers.headers("X-Forwarded-For").flatMap { $0.split(separator: ",") }.map { $0.trimmed() }
        return hops.last { !isTrusted($0) } ?? hops.first ?? peer
    }

    /// The public address as this request used it.
    func base(of headers: Fields, peer: String?) -> String {
        guard !hasPublicURL, let peer, isTrusted(peer), let host = headers.header("X-Forwarded-Host") else {
            return publicBase
        }
        return "\(headers.header("X-Forwarded-Proto") ?? "http")://\(host)"
    }

    private func isTrusted(_ address: String) -> Bool {
        trustsAny && trusted.contains(address)
    }
}

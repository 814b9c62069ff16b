package import Egress
package import HubCore

/// How an endpoint's requests show who they are from, as people write it.
///
///     {"type": "basic", "user": "…", "password": "…"}
///     {"type": "bearer", "token": "…"}
///     {"type": "client_credentials", "token_url": "https://…", "client_id": "…", "client_secret": "…",
///      "scope": "…", "audience": "…", "style": "basic" | "body"}
package enum EndpointAuthentication {
    /// What is not shown to anybody again.
    private static let secretMembers = ["password", "token", "client_secret"]

    package static func read(_ document: JSON?) throws(SetupError) -> RequestAuthorization {
        guard let document, document != .null else { return .none }
        func text(_ name: String) throws(SetupError) -> String {
            guard let text = document[name]?.string else {
                throw .invalid(field: "authentication.\(name)", reason: "must be a text")
            }
            return text
        }
        let authorization: RequestAuthorization
        switch document["type"]?.string {
        case "basic": authorization = .basic(user: try text("user"), password: Secret(try text("password")))
        case "bearer": authorization = .bearer(Secret(try text("token")))
        case "client_credentials":
            let url: OutboundURL
            do throws(URLProblem) {
                url = try OutboundURL(document["token_url"]?.string ?? "")
            } catch {
                throw .invalid(field: "authentication.token_url", reason: "\(error)")
            }
            let style = document["style"]?.string ?? ClientCredentials.Style.basic.rawValue
            guard let style = ClientCredentials.Style(rawValue: style) else {
                throw .invalid(field: "authentication.style", reason: "must be basic or body")
            }
            authorization = .clientCredentials(
                ClientCredentials(
                    tokenURL: url, id: try text("client_id"), secret: Secret(try text("client_secret")),
                    scope: document["scope"]?.string, audience: document["audience"]?.string, style: style))
        default:
            throw .invalid(field: "authentication.type", reason: "must be basic, bearer or client_credentials")
        }
        if let problem = authorization.problem { throw .invalid(field: "authentication", reason: "\(problem)") }
        return authorization
    }

    /// The same without its secrets.
    package static func shown(_ document: JSON?) -> JSON {
        guard case .object(var object)? = document else { return .null }
        for name in secretMembers { object[name] = nil }
        return .object(object)
    }

    /// - Returns: nil for none.
    static func identity(_ identity: EndpointConnection.ClientIdentity?) throws(SetupError) -> TLSIdentity? {
        guard let identity else { return nil }
        guard identity.certificates.isEmpty == identity.key.isEmpty else {
            throw .invalid(field: "tls", reason: "a certificate goes together with its key")
        }
        let (certificates, key) = (Array(identity.certificates.utf8), Array(identity.key.utf8))
        let issuers = Array(identity.issuers.utf8)
        let id = Hex.encode(Vault.digest(certificates + key + issuers))
        do {
            return try TLSIdentity(id: id, certificateChain: certificates, privateKey: key, issuers: issuers)
        } catch {
            // Which of the three it is; a library's words for it would say less.
            if (try? TLSIdentity(id: id, certificateChain: [], privateKey: [], issuers: certificates)) == nil {
                throw .invalid(field: "tls.certificate", reason: "must be one or more certificates in PEM")
            }
            if (try? TLSIdentity(id: id, certificateChain: [], privateKey: key)) == nil {
                throw .invalid(field: "tls.key", reason: "must be a private key in PEM, without a password")
            }
            throw .invalid(field: "tls.issuers", reason: "must be one or more certificates in PEM")
        }
    }
}

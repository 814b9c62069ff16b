package import HubCore

/// What an endpoint's requests show in `Authorization`.
package enum RequestAuthorization: Sendable {
    case none
    /// RFC 7617, in UTF-8.
    case basic(user: String, password: Secret<String>)
    case bearer(Secret<String>)
    /// A token that is fetched first (RFC 6749 §4.4).
    case clientCredentials(ClientCredentials)

    /// What stands in the way of using it; for when an endpoint is saved.
    package var problem: AuthorizationProblem? {
        switch self {
        case .none: return nil
        case .basic(let user, let password):
            // RFC 7617 §2: a colon would end the user's name.
            guard !user.isEmpty, !user.contains(":") else { return .user }
            return Self.isText(user + password.reveal()) ? nil : .user
        case .bearer(let token): return Self.isToken(token.reveal()) ? nil : .token
        case .clientCredentials(let client):
            guard !client.id.isEmpty, Self.isText(client.id + client.secret.reveal()) else { return .client }
            let parameters = [client.scope, client.audience].compactMap { $0 }
            return parameters.allSatisfy { !$0.isEmpty && Self.isText($0) } ? nil : .client
        }
    }

    private static func isText(_ text: String) -> Bool {
        text.utf8.count <= 4096 && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }

    /// Printable ASCII without blanks: more than RFC 6750 §2.1 allows, nothing that could end a header.
    static func isToken(_ text: String) -> Bool {
        (1...8192).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}

/// How tokens are got for an endpoint.
package struct ClientCredentials: Sendable {
    /// Where the client's id and secret stand in the request for a token.
    package enum Style: String, Sendable, Hashable, CaseIterable {
        /// Among the form's fields.
        case body
        /// In `Authorization: Basic`, as RFC 6749 §2.3.1 recommends.
        case basic
    }

    /// Guarded as any URL of people's own.
    package let tokenURL: OutboundURL
    package let id: String
    package let secret: Secret<String>
    package let scope: String?
    package let audience: String?
    package let style: Style

    package init(
        tokenURL: OutboundURL, id: String, secret: Secret<String>, scope: String? = nil, audience: String? = nil,
        style: Style = .basic
    ) {
        (self.tokenURL, self.id, self.secret) = (tokenURL, id, secret)
        (self.scope, self.audience, self.style) = (scope, audience, style)
    }
}

/// Why an authorization cannot be used.
package enum AuthorizationProblem: Error, Sendable, Hashable, CaseIterable {
    case user
    case token
    case client

    /// Stable.
    package var code: String {
        switch self {
        case .user: "authorization.user"
        case .token: "authorization.token"
        case .client: "authorization.client"
        }
    }
}

extension AuthorizationProblem: CustomStringConvertible {
    /// For people.
    package var description: String {
        switch self {
        case .user: "the user name must not be empty or hold a colon; name and password hold no control characters"
        case .token: "a token is printable ASCII without blanks, up to 8192 characters"
        case .client: "client id, secret, scope and audience must not be empty or hold control characters"
        }
    }
}

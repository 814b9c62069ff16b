import Hub
import HubCore

/// What `Authorization` holds, as it was filled in. Its secrets come in and never go out again.
struct AuthenticationFields {
    enum Kind: String, CaseIterable {
        case none, basic, bearer
        case clientCredentials = "client_credentials"

        var title: String {
            switch self {
            case .none: "None"
            case .basic: "Basic"
            case .bearer: "Bearer token"
            case .clientCredentials: "OAuth 2 client credentials"
            }
        }
    }

    var kind = Kind.none
    var user = ""
    var tokenURL = ""
    var clientID = ""
    var scope = ""
    var audience = ""
    /// `basic` or `body`: where the client's id and secret stand.
    var style = "basic"
    private var password = Secret("")
    private var token = Secret("")
    private var clientSecret = Secret("")

    init() {}

    init(_ form: Fields) {
        func text(_ field: String) -> String { form[field]?.trimmed() ?? "" }
        kind = Kind(rawValue: text("authentication")) ?? .none
        user = text("user")
        tokenURL = text("token_url")
        clientID = text("client_id")
        scope = text("scope")
        audience = text("audience")
        style = text("style") == "body" ? "body" : "basic"
        // A blank at an end of a password may belong to it.
        password = Secret(form["password"] ?? "")
        token = Secret(text("token"))
        clientSecret = Secret(form["client_secret"] ?? "")
    }

    /// - Parameter document: as it is kept; its secrets are not looked at.
    init(_ document: JSON?) {
        let shown = EndpointAuthentication.shown(document)
        func text(_ member: String) -> String { shown[member]?.string ?? "" }
        kind = Self.kind(of: document)
        user = text("user")
        tokenURL = text("token_url")
        clientID = text("client_id")
        scope = text("scope")
        audience = text("audience")
        style = shown["style"]?.string ?? style
    }

    static func kind(of document: JSON?) -> Kind {
        document?["type"]?.string.flatMap(Kind.init) ?? .none
    }

    /// Whether a secret was written that a page made anew does not have any more.
    var wroteSecret: Bool {
        switch kind {
        case .none: false
        case .basic: !password.reveal().isEmpty
        case .bearer: !token.reveal().isEmpty
        case .clientCredentials: !clientSecret.reveal().isEmpty
        }
    }

    /// As ``EndpointAuthentication`` reads it.
    ///
    /// - Parameters:
    ///   - before: what is kept now. A secret that is not written anew stays while what it belongs to does: the user's
    ///     name; the client's id and where its token comes from.
    ///   - mayKeep: whether what is kept may stay.
    /// - Returns: nil for none.
    func document(before: JSON?, mayKeep: Bool) throws(FieldFault) -> JSON? {
        var document: JSON.Object = ["type": .string(kind.rawValue)]
        func secret(
            _ member: String, _ written: Secret<String>, belongsTo members: [String], _ missing: String
        ) throws(FieldFault) -> JSON {
            if !written.reveal().isEmpty { return .string(written.reveal()) }
            let isSame = members.allSatisfy { before?[$0] == document[$0] }
            guard mayKeep, isSame, Self.kind(of: before) == kind, let kept = before?[member] else {
                throw FieldFault(missing)
            }
            return kept
        }
        switch kind {
        case .none: return nil
        case .basic:
            document["user"] = .string(user)
            document["password"] = try secret(
                "password", password, belongsTo: ["user"], "Write the password; one of another user is not kept.")
        case .bearer:
            document["token"] = try secret("token", token, belongsTo: [], "Write the token.")
        case .clientCredentials:
            document["token_url"] = .string(tokenURL)
            document["client_id"] = .string(clientID)
            document["client_secret"] = try secret(
                "client_secret", clientSecret, belongsTo: ["token_url", "client_id"],
                "Write the client’s secret; one for another id or token URL is not kept.")
            if !scope.isEmpty { document["scope"] = .string(scope) }
            if !audience.isEmpty { document["audience"] = .string(audience) }
            document["style"] = .string(style)
        }
        return .object(document)
    }
}

import Hub

/// What is wrong with an endpoint's form, beside the field that it is about.
struct FieldFaults: Sendable, Hashable {
    var name: String?
    var url: String?
    var events: String?
    var channels: String?
    var filter: String?
    var body: String?
    var authentication: String?
    var tokenURL: String?
    var certificate: String?
    var key: String?
    var issuers: String?
    var headers: String?
    var method: String?
    var schedule: String?
    var timeout: String?
    var concurrency: String?
    var rate: String?
    var order: String?
    var customer: String?
    /// About none of them.
    var other: String?

    var isEmpty: Bool { self == FieldFaults() }

    /// Puts what was refused beside its field.
    mutating func add(_ error: SetupError) {
        guard case .invalid(let field, let reason) = error else {
            other = error.shown
            return
        }
        let text = reason.sentence
        switch field {
        case "name": name = text
        case "url": url = text
        case "events": events = text
        case "channels": channels = text
        case "filter": filter = text
        case "body": body = text
        case "authentication": authentication = text
        case "authentication.token_url": tokenURL = text
        case "tls.certificate": certificate = text
        case "tls.key": key = text
        case "tls.issuers": issuers = text
        case "headers": headers = text
        case "method": method = text
        case "timeout_seconds": timeout = text
        case "concurrency": concurrency = text
        case "rate_per_minute": rate = text
        case "customer": customer = text
        default: other = error.shown
        }
    }
}

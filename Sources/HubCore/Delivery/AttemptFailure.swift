/// Why an attempt to deliver failed: a closed set of classes, which say nothing of what lies inside a network.
///
/// The raw values are stable: stored with attempts, returned by the API, used as metric labels. Append, never rename.
package enum AttemptFailure: String, Error, Sendable, Hashable, CaseIterable {
    /// The name does not resolve, or the resolver does not answer.
    case dns
    /// An address that the name resolves to is not one we may speak to.
    case blockedAddress = "blocked.address"
    /// The name itself is one we may not speak to.
    case blockedName = "blocked.name"
    /// Plain HTTP where only HTTPS is allowed.
    case blockedScheme = "blocked.scheme"
    /// The URL is none that can be dialled safely.
    case blockedURL = "blocked.url"
    case refused
    case unreachable
    /// The connection was closed or reset before the answer was complete.
    case reset
    /// No agreement on encryption: a certificate for another name, an unknown issuer, no common version.
    case tls
    case timeoutConnect = "timeout.connect"
    case timeoutTotal = "timeout.total"
    /// What came back is not HTTP.
    case protocolError = "protocol"
    /// The request could not be made: a header, a certificate of ours or a token for it.
    case request
    case status1xx = "status.1xx"
    case status3xx = "status.3xx"
    case status4xx = "status.4xx"
    case status5xx = "status.5xx"
    /// A status outside 100 to 599.
    case statusOther = "status.other"
    /// The hub stopped meanwhile.
    case cancelled

    /// Stable; the same as the raw value.
    package var code: String { rawValue }

    /// The failure that an HTTP status is; nil for success, which is 2xx and nothing else.
    package init?(status: Int) {
        switch status {
        case 200..<300: return nil
        case 100..<200: self = .status1xx
        case 300..<400: self = .status3xx
        case 400..<500: self = .status4xx
        case 500..<600: self = .status5xx
        default: self = .statusOther
        }
    }

    /// One sentence for people; nothing in it depends on what the other side sent.
    package var explanation: String {
        switch self {
        case .dns: "The host name could not be resolved."
        case .blockedAddress: "The host resolves to an address that webhooks are not sent to."
        case .blockedName: "The host name is one that webhooks are not sent to."
        case .blockedScheme: "Webhooks are sent by HTTPS only."
        case .blockedURL: "The URL is not one that webhooks are sent to."
        case .refused: "The connection was refused."
        case .unreachable: "The network or host could not be reached."
        case .reset: "The connection was closed before the answer was complete."
        case .tls: "No encrypted connection could be made; the certificate may be for another name or expired."
        case .timeoutConnect: "No connection was made in time."
        case .timeoutTotal: "There was no complete answer in time."
        case .protocolError: "The answer was not valid HTTP."
        case .request: "The request could not be made from the endpoint's settings."
        case .status1xx, .statusOther: "The answer had an unexpected status."
        case .status3xx: "The answer was a redirect, which is not followed."
        case .status4xx: "The receiver refused the request."
        case .status5xx: "The receiver failed."
        case .cancelled: "The hub was stopped during the attempt."
        }
    }
}

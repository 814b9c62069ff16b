import HubCore

/// Failures in words, with what the one who runs the receiver should look at.
enum FailureAdvice {
    /// `503 Service Unavailable` or `TLS`: short, for lists.
    static func label(_ failure: AttemptFailure, status: Int?) -> String {
        if let status { return "\(status) \(reason(status))".trimmed() }
        return switch failure {
        case .dns: "name not found"
        case .blockedAddress, .blockedName, .blockedScheme, .blockedURL: "not allowed to go there"
        case .refused: "connection refused"
        case .unreachable: "unreachable"
        case .reset: "connection closed early"
        case .tls: "no encrypted connection"
        case .timeoutConnect: "no connection in time"
        case .timeoutTotal: "no answer in time"
        case .protocolError: "not HTTP"
        case .request: "settings do not work"
        case .cancelled: "the hub stopped"
        case .status1xx, .status3xx, .status4xx, .status5xx, .statusOther: "unexpected status"
        }
    }

    static func advice(_ failure: AttemptFailure, status: Int?) -> String {
        switch failure {
        case .dns: "Look whether the host name is spelled right and has a public A or AAAA record."
        case .blockedAddress, .blockedName, .blockedURL, .blockedScheme:
            "Use a public HTTPS address. Who runs the hub can open a range with MARTLET_EGRESS_ALLOW."
        case .refused: "Nothing listens there: start the receiver, or correct the port."
        case .unreachable: "Look at the receiver’s network and firewall."
        case .reset: "The receiver, or a proxy before it, hung up. Its log at that time says more."
        case .tls: "Renew the certificate, serve the whole chain, and let it name this host."
        case .timeoutConnect: "A firewall may drop the packets; let the hub’s addresses in."
        case .timeoutTotal: "Answer first and work afterwards, or raise the endpoint’s timeout."
        case .protocolError: "Something else than HTTP listens there; look at the port, and whether it speaks TLS."
        case .request: "Look at the endpoint’s body, authentication, secrets and headers: one of them cannot be used."
        case .status3xx: "Give the endpoint the address that it redirects to; redirects are not followed."
        case .status4xx: advice(status4xx: status)
        case .status5xx: "Its own log says why; its answer may, too."
        case .status1xx, .statusOther: "Answer with 200 or 204."
        case .cancelled: "Nothing to do: it is sent again."
        }
    }

    private static func advice(status4xx status: Int?) -> String {
        switch status {
        case 401, 403:
            "The receiver did not accept who sends: compare the secret, and the endpoint’s authentication."
        case 404, 405: "The path or method is another one there: compare the URL."
        case 410: "It said that it will not come back. Enable the endpoint if that was a mistake."
        case 413: "The receiver takes smaller bodies only."
        case 415: "The receiver does not take this content type."
        case 429: "The receiver has too much to do; give the endpoint a rate."
        default: "The receiver looked at it and said no; its answer may say why."
        }
    }

    /// Of RFC 9110 §15 and RFC 6585, where they are met in practice.
    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        default: ""
        }
    }

    static func label(status: Int) -> String { "\(status) \(reason(status))".trimmed() }
}

package import HubCore

/// An answer to a ``ConsoleRequest``.
package struct ConsoleResponse: Sendable {
    package enum Body: Sendable {
        case bytes([UInt8])
        /// Server-sent events; ends when the stream does or the reader is gone.
        case events(AsyncStream<ServerSentEvent>)
    }

    package var status: Int
    package var headers: Fields
    package var body: Body

    package init(status: Int, headers: Fields, body: Body) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }
}

/// One message of an event stream (HTML Standard §9.2).
package struct ServerSentEvent: Sendable {
    package let name: String?
    package let id: String?
    package let data: String

    package init(name: String? = nil, id: String? = nil, data: String) {
        (self.name, self.id, self.data) = (name, id, data)
    }

    /// A comment that keeps the connection open.
    package static let heartbeat = ServerSentEvent(data: "")

    /// As it goes over the wire.
    package var bytes: [UInt8] {
        guard !data.isEmpty || name != nil else { return Array(": \n\n".utf8) }
        var text = ""
        if let name { text += "event: \(name)\n" }
        if let id { text += "id: \(id)\n" }
        for line in data.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            text += "data: \(line)\n"
        }
        return Array((text + "\n").utf8)
    }
}

extension ConsoleResponse {
    /// Nothing inline, nothing from elsewhere, in no frame, and forms that lead here only.
    static let securityHeaders: [(String, String)] = [
        (
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
                + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
    ]

    static func page(_ html: String, status: Int = 200) -> ConsoleResponse {
        let headers = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")] + securityHeaders
        return ConsoleResponse(status: status, headers: Fields(headers), body: .bytes(Array(html.utf8)))
    }

    /// After a write: the browser gets the page anew, so that a reload writes nothing again.
    static func redirect(to path: String) -> ConsoleResponse {
        let headers = [("Location", path), ("Cache-Control", "no-store")] + securityHeaders
        return ConsoleResponse(status: 303, headers: Fields(headers), body: .bytes([]))
    }

    static func events(_ stream: AsyncStream<ServerSentEvent>) -> ConsoleResponse {
        let headers = [
            ("Content-Type", "text/event-stream"), ("Cache-Control", "no-store"), ("X-Accel-Buffering", "no"),
        ]
        return ConsoleResponse(status: 200, headers: Fields(headers + securityHeaders), body: .events(stream))
    }

    /// - Parameters:
    ///   - path: the browser sends it to addresses below this one.
    ///   - lifetime: nil: until the browser is closed; zero takes the cookie away.
    func settingCookie(
        _ name: String, _ value: String, path: String = "/", lifetime: Duration?, isSecure: Bool
    ) -> ConsoleResponse {
        var text = "\(name)=\(value); Path=\(path); HttpOnly; SameSite=Lax"
        if let lifetime { text += "; Max-Age=\(lifetime.components.seconds)" }
        if isSecure { text += "; Secure" }
        var response = self
        response.headers.fields.append(Fields.Field(name: "Set-Cookie", value: text))
        return response
    }
}

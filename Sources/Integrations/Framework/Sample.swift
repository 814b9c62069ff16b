package import HubCore

/// A request as the vendor sends it, small and made up: for previews, documents, dry runs and tests alike.
package struct Sample: Sendable {
    /// The type of the event that it carries first; unique in the integration together with ``circumstance``.
    package let type: String
    /// What is special about it, in a word or two with hyphens: `null-body`; empty for the plain case.
    package let circumstance: String
    package let headers: Fields
    package let contentType: String
    package let body: String

    package init(
        _ type: String, _ circumstance: String = "", headers: Fields = Fields(),
        contentType: String = "application/json", body: String
    ) {
        self.type = type
        self.circumstance = circumstance
        self.headers = headers
        self.contentType = contentType
        self.body = body
    }

    package var name: String { circumstance.isEmpty ? type : "\(type).\(circumstance)" }

    /// The request that carries it; `rawQuery` is what stands after `?` in the URL.
    package func request(rawQuery: String? = nil, receivedAt: Timestamp = Timestamp(milliseconds: 0)) -> WebhookRequest
    {
        let body = Array(body.utf8)
        return WebhookRequest(
            method: "POST", path: "/", rawQuery: rawQuery,
            headers: Fields(headers.fields + [.init(name: "Content-Type", value: contentType)]), body: body,
            content: ContentReader.withoutXML.read(body, contentType: contentType), receivedAt: receivedAt)
    }
}

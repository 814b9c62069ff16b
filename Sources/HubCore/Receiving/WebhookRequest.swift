/// One received HTTP request, as integrations and signature schemes see it.
package struct WebhookRequest: Sendable {
    package let method: String
    /// As sent, percent-encoded, without the query.
    package let path: String
    /// As sent, without the question mark; nil when there was none.
    package let rawQuery: String?
    package let headers: Fields
    /// The bytes as they came; signatures are over these.
    package let body: [UInt8]
    package let content: Content
    package let receivedAt: Timestamp
    /// ``rawQuery`` decoded.
    package let query: Fields

    package init(
        method: String, path: String, rawQuery: String?, headers: Fields, body: [UInt8], content: Content,
        receivedAt: Timestamp
    ) {
        self.method = method
        self.path = path
        self.rawQuery = rawQuery
        self.headers = headers
        self.body = body
        self.content = content
        self.receivedAt = receivedAt
        query = rawQuery.map { FormDecoder.fields($0) } ?? Fields()
    }

    /// The JSON document of the request: the body itself, or the field `payload` of a form that carries it there.
    ///
    /// - Throws: ``PayloadError/malformed(detail:)`` when there is none.
    package func document() throws(PayloadError) -> Payload {
        switch content {
        case .json(let document):
            return Payload(document)
        case .malformedJSON(let error):
            throw .malformed(detail: "Malformed JSON: \(error)")
        case .form(let fields):
            guard let text = fields["payload"] else { throw .malformed(detail: "Malformed JSON") }
            return Payload(try Self.parse(text))
        case .multipart(let parts):
            guard let part = parts.first(where: { $0.name == "payload" }) else {
                throw .malformed(detail: "Malformed JSON")
            }
            return Payload(try Self.parse(part.text))
        case .empty, .xml, .text, .binary, .malformedXML:
            throw .malformed(detail: "Malformed JSON")
        }
    }

    private static func parse(_ text: String) throws(PayloadError) -> JSON {
        do throws(JSONError) {
            return try JSON.parse(text)
        } catch {
            throw .malformed(detail: "Malformed JSON: \(error)")
        }
    }
}

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

    /// The JSON document of the request, however it is wrapped: the body itself, the field `payload` of a form, a form
    /// that is nothing but JSON, or JSON that was put into a JSON string.
    ///
    /// - Throws: ``PayloadError/malformed(detail:)`` when there is none.
    package func document() throws(PayloadError) -> Payload {
        switch content {
        case .json(.string(let text)) where text.trimmed().hasPrefix("{"):
            return Payload((try? JSON.parse(text)) ?? .string(text))
        case .json(let document):
            return Payload(document)
        case .malformedJSON(let error):
            throw .malformed(detail: "Malformed JSON: \(error)")
        case .form(let fields):
            return Payload(try Self.parse(fields["payload"] ?? Self.bareField(fields)))
        case .multipart(let parts):
            return Payload(try Self.parse(parts.first { $0.name == "payload" }?.text))
        case .empty, .xml, .text, .binary, .malformedXML:
            throw .malformed(detail: "Malformed JSON")
        }
    }

    /// What `curl --data-urlencode` makes of JSON: one name without a value.
    private static func bareField(_ fields: Fields) -> String? {
        guard let only = fields.fields.first, fields.fields.count == 1, only.value.isEmpty else { return nil }
        return only.name
    }

    private static func parse(_ text: String?) throws(PayloadError) -> JSON {
        guard let text else { throw .malformed(detail: "Malformed JSON") }
        do throws(JSONError) {
            return try JSON.parse(text)
        } catch {
            throw .malformed(detail: "Malformed JSON: \(error)")
        }
    }
}

package import HubCore

/// `martlet render --batch`: requests as JSON lines in, what people would read as JSON lines out.
package struct RenderBatch: Sendable {
    private let contents: ContentReader
    private let templates: TemplateRenderer

    package init(contents: ContentReader, templates: TemplateRenderer) {
        (self.contents, self.templates) = (contents, templates)
    }

    /// - Parameter line: `{"id","integration","method","headers":{},"query":{},"content_type","body_base64"}`.
    /// - Returns: `{"id","status","messages":[{"topic","body"}],"reason"}`, whatever the line holds.
    package func answer(to line: String) -> String {
        guard let fields = try? JSON.parse(line), fields.object != nil else {
            return answer(id: .null, .failed("The line is not a JSON object"))
        }
        let payload = Payload(fields)
        let id = fields["id"] ?? .null
        guard let slug = payload["integration"].text else {
            return answer(id: id, .failed("$.integration: missing"))
        }
        // Line breaks are what MIME puts into base64, and no part of it.
        let encoded = String(decoding: (payload["body_base64"].text ?? "").utf8.filter { $0 > 0x20 }, as: UTF8.self)
        guard let body = Base64.decode(encoded) else {
            return answer(id: id, .failed("$.body_base64: expected base64"))
        }
        return answer(id: id, Rendering(of: request(payload, body), as: slug, templates: templates))
    }

    private func answer(id: JSON, _ rendering: Rendering) -> String {
        var answer = JSON.Object([("id", id)])
        for member in rendering.json.object?.members ?? [] { answer[member.key] = member.value }
        return JSON.object(answer).text
    }

    private func request(_ payload: Payload, _ body: [UInt8]) -> WebhookRequest {
        var headers = payload["headers"].members.flatMap { member in
            Self.texts(member.value).map { Fields.Field(name: Self.headerName(member.key), value: $0) }
        }
        let contentType = payload["content_type"].text
        if let contentType {
            headers.removeAll { $0.name.equalsIgnoringASCIICase("Content-Type") }
            headers.append(.init(name: "Content-Type", value: contentType))
        }
        let declared = Fields(headers).header("Content-Type")
        let query = payload["query"].members.flatMap { member in
            Self.texts(member.value).map { value in
                "\(FormDecoder.percentEncode(member.key))=\(FormDecoder.percentEncode(value))"
            }
        }
        return WebhookRequest(
            method: payload["method"].text ?? "POST", path: "/",
            rawQuery: query.isEmpty ? nil : query.joined(separator: "&"), headers: Fields(headers), body: body,
            content: contents.read(body, contentType: declared), receivedAt: Timestamp(milliseconds: 0))
    }

    /// A value, or several under one name.
    private static func texts(_ value: Payload) -> [String] {
        value.value?.array == nil ? [value.text].compactMap { $0 } : value.list.compactMap(\.text)
    }

    /// Captures made behind a CGI-like gateway name headers `HTTP_X_GITHUB_EVENT` (RFC 3875 §4.1.18).
    private static func headerName(_ name: String) -> String {
        guard name.uppercased().hasPrefix("HTTP_") else { return name }
        return String(name.dropFirst(5).map { $0 == "_" ? "-" : $0 })
    }
}

package import HubCore

extension WebhookRequest {
    /// The fields of a form in the body, multipart or not; files are left out. Empty for any other body.
    package var form: Fields {
        switch content {
        case .form(let fields): fields
        case .multipart(let parts):
            Fields(
                parts.compactMap { part in
                    guard let name = part.name, part.filename == nil else { return nil }
                    return (name, part.text)
                })
        case .empty, .json, .xml, .text, .binary, .malformedJSON, .malformedXML: Fields()
        }
    }

    /// A header that the integration cannot do without.
    package func header(_ name: String) throws(PayloadError) -> String {
        guard let value = headers.header(name)?.trimmed(), !value.isEmpty else { throw .missingHeader(name: name) }
        return value
    }
}

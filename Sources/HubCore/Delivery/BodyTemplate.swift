/// A receiver's own shape: Mustache over `{id, type, timestamp, data}`.
///
///     {"title": "{{type}}: {{data.ticket.subject}}", "priority": {{{data.ticket.priority}}}, "raw": {{{data}}}}
///
/// With a JSON content type `{{x}}` stands within the quotes of a string and `{{{x}}}` is a value of its own, so that no
/// event can leave its place; the result must be JSON. With XML, HTML and form content types `{{x}}` is escaped for
/// those.
package struct BodyTemplate: Sendable, Hashable {
    package let text: String
    package let contentType: String

    /// - Throws: ``BodyError/invalidContentType``.
    package init(_ text: String, contentType: String) throws(BodyError) {
        guard Self.mediaType(contentType) != nil, HeaderRules.isSafe(.init(name: "Content-Type", value: contentType))
        else { throw .invalidContentType }
        (self.text, self.contentType) = (text, contentType)
    }

    package var escaping: TemplateEscaping {
        let type = Self.mediaType(contentType) ?? ""
        let subtype = type.drop { $0 != "/" }.dropFirst()
        if subtype == "json" || subtype.hasSuffix("+json") { return .json }
        if subtype == "xml" || subtype == "html" || subtype.hasSuffix("+xml") { return .markup }
        return type == "application/x-www-form-urlencoded" ? .form : .none
    }

    /// - Parameter event: with the members `id`, `type`, `timestamp` and `data`.
    func body(of event: JSON, _ templates: TemplateRenderer) throws(BodyError) -> [UInt8] {
        let result: String
        do {
            result = try templates.render(text, event, escaping: escaping)
        } catch {
            throw .template(error)
        }
        let bytes = Array(result.utf8)
        guard escaping == .json else { return bytes }
        do {
            _ = try JSON.parse(bytes)
        } catch {
            throw .notJSON(error)
        }
        return bytes
    }

    /// Type and subtype in lower case, without parameters (RFC 9110 §8.3.1); nil when it is none.
    private static func mediaType(_ text: String) -> String? {
        let type = text.prefix { $0 != ";" && $0 != " " }.lowercased()
        let parts = type.split(separator: "/", omittingEmptySubsequences: false)
        let isType =
            parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy { byte in
                        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || "!#$&^_.+-".utf8.contains(byte)
                    }
            }
        return isType ? type : nil
    }
}

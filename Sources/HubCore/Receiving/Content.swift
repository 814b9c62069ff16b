/// What the bytes of a body are, judged by the body first and by the declared content type second.
package enum Content: Sendable {
    case empty
    case json(JSON)
    case form(Fields)
    case multipart([MultipartPart])
    case xml(XMLNode)
    case text(String)
    case binary
    /// Looks like JSON and is not.
    case malformedJSON(JSONError)
    /// Looks like XML and is not, or uses what is refused (DTD, entities).
    case malformedXML
}

/// An XML element as a value.
package struct XMLNode: Sendable, Hashable {
    /// With its prefix, as written.
    package let name: String
    package let attributes: Fields
    package let children: [XMLNode]
    /// All character data directly inside.
    package let text: String

    package init(name: String, attributes: Fields, children: [XMLNode], text: String) {
        (self.name, self.attributes, self.children, self.text) = (name, attributes, children, text)
    }

    /// The first child of that name, whatever its prefix.
    package subscript(name: String) -> XMLNode? {
        children.first { $0.localName == name }
    }

    package var localName: Substring {
        name.split(separator: ":").last ?? ""
    }
}

/// Reads a body into ``Content``; XML needs a parser from above this layer.
package struct ContentReader: Sendable {
    /// Nil when the bytes are no acceptable XML.
    package var parseXML: @Sendable (_ bytes: [UInt8]) -> XMLNode?

    package init(parseXML: @escaping @Sendable (_ bytes: [UInt8]) -> XMLNode?) {
        self.parseXML = parseXML
    }

    /// A reader that takes XML for text.
    package static let withoutXML = ContentReader { _ in nil }

    package func read(_ body: [UInt8], contentType: String?) -> Content {
        let declared = HeaderValue(contentType ?? "").value
        guard let first = body.first(where: { !Self.isBlankOrMark($0) }) else { return .empty }
        if let parts = multipart(body, declared, contentType) { return .multipart(parts) }
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            return json(body)
        case UInt8(ascii: "<"):
            if let node = parseXML(body) { return .xml(node) }
            if declared.hasSuffix("xml") { return .malformedXML }
        default:
            let isDeclaredJSON = declared == "application/json" || declared.hasSuffix("+json")
            let isDeclaredForm = declared == "application/x-www-form-urlencoded"
            if first == UInt8(ascii: "\"") || isDeclaredJSON {
                let content = json(body)
                if case .json = content { return content }
                if isDeclaredJSON, !looksLikeForm(body) { return content }
            }
            // Some senders wrap JSON into a form and still call it JSON, and others call a form nothing at all.
            let isNamed = !declared.isEmpty && !isDeclaredJSON && declared != "application/octet-stream"
            if isDeclaredForm || (!isNamed && looksLikeForm(body)) || body.starts(with: "payload=".utf8) {
                return .form(FormDecoder.fields(body))
            }
        }
        return String(validating: body, as: UTF8.self).map { .text($0.streamSafe) } ?? .binary
    }

    /// The parts of a body that is framed as multipart, by the declared boundary or by its own first line.
    private func multipart(_ body: [UInt8], _ declared: String, _ contentType: String?) -> [MultipartPart]? {
        if let contentType, declared.hasPrefix("multipart/"),
            let parts = Multipart.parts(body, contentType: contentType)
        {
            return parts
        }
        guard body.starts(with: "--".utf8), let end = body.firstIndex(of: 0x0D), end > 2 else { return nil }
        let boundary = String(decoding: body[2..<end], as: UTF8.self)
        return Multipart.parts(body, contentType: "multipart/form-data; boundary=\"\(boundary)\"")
    }

    /// White space of JSON, and the bytes of a byte order mark.
    private static func isBlankOrMark(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x0A, 0x0D, 0x09, 0xEF, 0xBB, 0xBF: true
        default: false
        }
    }

    private func json(_ body: [UInt8]) -> Content {
        do throws(JSONError) {
            return .json(try JSON.parse(body))
        } catch {
            return .malformedJSON(error)
        }
    }

    private func looksLikeForm(_ body: [UInt8]) -> Bool {
        body.contains(UInt8(ascii: "=")) && !body.contains { $0 <= 0x20 || $0 >= 0x7F }
    }
}

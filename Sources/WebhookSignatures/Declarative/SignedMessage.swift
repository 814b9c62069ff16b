import HubCore

/// The values that a template may put together, apart from those it reads in the request by name.
struct SignedMessage {
    let request: SignedRequest
    let url: String
    var timestamp: String?
    var id: String?
}

extension SignatureTemplate {
    /// What was signed, in pieces, so that the body is not copied.
    ///
    /// - Throws: ``Rejection/missingSignedValue(_:)``.
    func pieces(
        of message: SignedMessage, secret: [UInt8], _ values: inout RequestValues
    ) throws(Rejection) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        pieces.reserveCapacity(components.count)
        for component in components {
            switch component {
            case .literal(let bytes): pieces.append(bytes)
            case .body: pieces.append(message.request.body)
            case .secret: pieces.append(secret)
            case .timestamp: pieces.append(Array((message.timestamp ?? "").utf8))
            case .id: pieces.append(Array((message.id ?? "").utf8))
            case .method: pieces.append(Array(message.request.method.utf8))
            case .url: pieces.append(Array(message.url.utf8))
            case .unescapedURL: pieces.append(Self.unescaped(message.url))
            case .path: pieces.append(Array(URLText(message.url).path.utf8))
            case .query: pieces.append(Array((URLText(message.url).query ?? "").utf8))
            case .sortedQuery: pieces.append(Self.sortedQuery(message.url))
            case .sortedForm: pieces.append(values.formFields().sortedConcatenation)
            case .value(let source):
                guard let text = try values.text(source) else { throw .missingSignedValue(source.name) }
                pieces.append(Array(text.utf8))
            }
        }
        return pieces
    }

    /// The pairs of the query as they are written, sorted by their bytes and joined with `&`.
    private static func sortedQuery(_ url: String) -> [UInt8] {
        let pairs = (URLText(url).query ?? "").utf8.split(separator: UInt8(ascii: "&")).map { Array($0) }
        return Array(pairs.sorted { $0.lexicographicallyPrecedes($1) }.joined(separator: [UInt8(ascii: "&")]))
    }

    /// Decodes what HubSpot says it decodes before it signs, and leaves all other escapes as they are.
    ///
    /// https://developers.hubspot.com/docs/api/webhooks/validating-requests, version 3
    private static func unescaped(_ url: String) -> [UInt8] {
        let bytes = Array(url.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            let end = position + 3
            if bytes[position] == UInt8(ascii: "%"), end <= bytes.count,
                let value = Hex.decode(String(decoding: bytes[(position + 1)..<end], as: UTF8.self))?.first,
                unescapedBytes.contains(value)
            {
                output.append(value)
                position = end
            } else {
                output.append(bytes[position])
                position += 1
            }
        }
        return output
    }

    private static let unescapedBytes = Set(":/?@!$'()*,;".utf8)
}

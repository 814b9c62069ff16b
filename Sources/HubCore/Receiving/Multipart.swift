/// One part of a `multipart/form-data` body (RFC 7578).
package struct MultipartPart: Sendable, Hashable {
    package let headers: Fields
    package let name: String?
    package let filename: String?
    package let body: [UInt8]

    /// The body as text; invalid UTF-8 is repaired.
    package var text: String { String(decoding: body, as: UTF8.self).streamSafe }
}

package enum Multipart {
    /// How many parts are read; a body with more is not multipart for us.
    package static let partLimit = 1000

    /// - Parameter contentType: the header's value, which names the boundary.
    /// - Returns: nil when there is no boundary, or the body is not framed by it.
    package static func parts(_ body: [UInt8], contentType: String) -> [MultipartPart]? {
        guard let boundary = HeaderValue(contentType).parameters["boundary"], (1...70).contains(boundary.utf8.count)
        else { return nil }
        let delimiter = Array("--\(boundary)".utf8)
        guard var cursor = find(delimiter, in: body, from: 0).map({ $0 + delimiter.count }) else { return nil }
        let separator = Array("\r\n".utf8) + delimiter
        var parts: [MultipartPart] = []
        while !body[cursor...].starts(with: Array("--".utf8)) {
            guard parts.count < partLimit, let start = lineEnd(body, from: cursor),
                let end = find(separator, in: body, from: start - 2), let part = part(body, start..<max(start, end))
            else { return nil }
            parts.append(part)
            cursor = end + separator.count
        }
        return parts
    }

    private static func part(_ body: [UInt8], _ range: Range<Int>) -> MultipartPart? {
        let blank = Array("\r\n\r\n".utf8)
        let headersEnd: Int
        let contentStart: Int
        if body[range].starts(with: Array("\r\n".utf8)) {
            (headersEnd, contentStart) = (range.lowerBound, range.lowerBound + 2)
        } else {
            guard let end = find(blank, in: body, from: range.lowerBound), end + blank.count <= range.upperBound else {
                return nil
            }
            (headersEnd, contentStart) = (end, end + blank.count)
        }
        let lines = String(decoding: body[range.lowerBound..<headersEnd], as: UTF8.self).split(separator: "\r\n")
        let headers = Fields(
            lines.compactMap { line in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                return (String(line[..<colon]), line[line.index(after: colon)...].trimmed())
            })
        let disposition = HeaderValue(headers.header("Content-Disposition") ?? "")
        return MultipartPart(
            headers: headers, name: disposition.parameters["name"], filename: disposition.parameters["filename"],
            body: Array(body[contentStart..<range.upperBound]))
    }

    private static func lineEnd(_ body: [UInt8], from start: Int) -> Int? {
        find(Array("\r\n".utf8), in: body, from: start).map { $0 + 2 }
    }

    private static func find(_ needle: [UInt8], in body: [UInt8], from start: Int) -> Int? {
        guard start >= 0, body.count - start >= needle.count else { return nil }
        return body.withUnsafeBufferPointer { body in
            needle.withUnsafeBufferPointer { needle in
                (start...(body.count - needle.count)).first { position in
                    body[position] == needle[0] && (1..<needle.count).allSatisfy { body[position + $0] == needle[$0] }
                }
            }
        }
    }
}

/// A header value with parameters, as `Content-Type` and `Content-Disposition` have them.
package struct HeaderValue: Sendable {
    /// What stands before the first semicolon, lower case.
    package let value: String
    /// Names in lower case.
    package let parameters: [String: String]

    package init(_ text: String) {
        let parts = Self.parts(text)
        value = parts[0].trimmed().lowercased()
        guard parts.count > 1 else {
            parameters = [:]
            return
        }
        parameters = Dictionary(
            parts.dropFirst().compactMap { part in
                guard let equals = part.firstIndex(of: "=") else { return nil }
                return (part[..<equals].trimmed().lowercased(), part[part.index(after: equals)...].trimmed())
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Splits at semicolons outside quotes, and takes the quotes and backslashes away.
    private static func parts(_ text: String) -> [String] {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: "\"") }) else { return [text] }
        var parts: [[UInt8]] = [[]]
        var isQuoted = false
        var isEscaped = false
        for byte in text.utf8 {
            if isEscaped {
                parts[parts.count - 1].append(byte)
                isEscaped = false
            } else if isQuoted, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if byte == UInt8(ascii: ";"), !isQuoted {
                parts.append([])
            } else {
                parts[parts.count - 1].append(byte)
            }
        }
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }
}

extension String {
    /// Without white space at both ends.
    package func trimmed() -> String {
        // Nearly always there is nothing to trim, and bytes tell it quicker than characters.
        let isTrimmed = utf8.withContiguousStorageIfAvailable { bytes in
            guard let first = bytes.first, let last = bytes.last else { return true }
            return 0x21..<0x7F ~= first && 0x21..<0x7F ~= last
        }
        return isTrimmed == true ? self : self[...].trimmed()
    }
}

extension Substring {
    /// Without white space at both ends.
    package func trimmed() -> String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}

/// `application/x-www-form-urlencoded` (WHATWG URL §5.1).
package enum FormDecoder {
    /// Each costs many times the two bytes that it may be written with.
    package static let limit = 10_000

    /// Splits at `&` and `=`, turns `+` into a blank and `%XX` into bytes; invalid UTF-8 is repaired, a stray `%` kept.
    ///
    /// What stands behind the first ``limit`` fields is not read.
    ///
    /// - Parameter isExact: for signatures, which are over the text as it came; else it is ``Swift/String/streamSafe``.
    package static func fields(_ text: some Collection<UInt8>, isExact: Bool = false) -> Fields {
        func part(_ bytes: some Collection<UInt8>) -> String {
            let text = percentDecode(bytes, plusIsBlank: true)
            return isExact ? text : text.streamSafe
        }
        return Fields(
            text.split(separator: UInt8(ascii: "&"), maxSplits: limit).prefix(limit).map { pair in
                let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                return Fields.Field(name: part(parts[0]), value: parts.count > 1 ? part(parts[1]) : "")
            })
    }

    package static func fields(_ text: some StringProtocol) -> Fields {
        fields(Array(text.utf8))
    }

    package static func percentDecode(_ text: some Collection<UInt8>, plusIsBlank: Bool) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var position = text.startIndex
        while position < text.endIndex {
            let byte = text[position]
            position = text.index(after: position)
            if byte == UInt8(ascii: "+"), plusIsBlank {
                bytes.append(0x20)
            } else if byte == UInt8(ascii: "%"), let (value, next) = hexPair(text, at: position) {
                bytes.append(value)
                position = next
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexPair<Text: Collection<UInt8>>(_ text: Text, at start: Text.Index) -> (UInt8, Text.Index)? {
        guard start < text.endIndex else { return nil }
        let second = text.index(after: start)
        guard second < text.endIndex, let high = Hex.value(of: text[start]), let low = Hex.value(of: text[second])
        else { return nil }
        return (high << 4 | low, text.index(after: second))
    }

    /// Percent-encodes everything but RFC 3986 §2.3's unreserved characters.
    package static func percentEncode(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes.append(contentsOf: Hex.encode([byte]).uppercased().utf8)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Base64 (RFC 4648); decoding is strict: right alphabet, right padding, no stray bits, no blanks.
package enum Base64 {
    package enum Alphabet: Sendable {
        /// §4, with padding.
        case standard
        /// §5, without padding.
        case url
    }

    package static func encode(_ bytes: [UInt8], alphabet: Alphabet = .standard) -> String {
        let letters = alphabet == .standard ? standardLetters : urlLetters
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var position = 0
        while position < bytes.count {
            let available = min(3, bytes.count - position)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < available ? UInt32(bytes[position + offset]) : 0)
            }
            for offset in 0..<4 {
                if offset <= available {
                    text.append(letters[Int(group >> UInt32(18 - 6 * offset) & 0x3F)])
                } else if alphabet == .standard {
                    text.append(UInt8(ascii: "="))
                }
            }
            position += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// - Returns: nil unless the text is exactly what ``encode(_:alphabet:)`` makes of some bytes.
    package static func decode(_ text: some StringProtocol, alphabet: Alphabet = .standard) -> [UInt8]? {
        var letters = Array(text.utf8)
        if alphabet == .standard {
            guard letters.count % 4 == 0 else { return nil }
            for _ in 0..<2 where letters.last == UInt8(ascii: "=") { letters.removeLast() }
        }
        guard letters.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(letters.count * 3 / 4)
        var group: UInt32 = 0
        var bits = 0
        for letter in letters {
            guard let value = value(of: letter, alphabet) else { return nil }
            group = group << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
                group &= (1 << UInt32(bits)) - 1
            }
        }
        // The bits that fill up the last letter must be zero, or two texts would decode to the same bytes.
        return group == 0 ? bytes : nil
    }

    private static let standardLetters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlLetters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static func value(of letter: UInt8, _ alphabet: Alphabet) -> UInt8? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): letter - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): letter - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+") where alphabet == .standard, UInt8(ascii: "-") where alphabet == .url: 62
        case UInt8(ascii: "/") where alphabet == .standard, UInt8(ascii: "_") where alphabet == .url: 63
        default: nil
        }
    }
}

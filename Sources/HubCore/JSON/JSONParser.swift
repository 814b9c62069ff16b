/// Why bytes are not JSON, and where.
package struct JSONError: Error, Hashable, Sendable {
    package enum Reason: String, Sendable {
        case unexpectedEnd = "unexpected end"
        case unexpectedByte = "unexpected character"
        case trailingBytes = "characters after the value"
        case invalidUTF8 = "not UTF-8"
        case invalidEscape = "invalid escape"
        case invalidNumber = "invalid number"
        case controlCharacter = "control character in a string"
        case tooDeep = "nested too deeply"
        case tooManyValues = "too many values"
    }

    package let reason: Reason
    /// 0-based offset in bytes.
    package let offset: Int
}

extension JSONError: CustomStringConvertible {
    package var description: String { "\(reason.rawValue) at byte \(offset)" }
}

extension JSON {
    /// How deeply arrays and objects may be nested.
    package static let depthLimit = 512
    /// How many values a text may hold: in memory each takes up to a hundred times its two or three bytes.
    package static let valuesLimit = 500_000

    /// Parses one JSON text (RFC 8259) in UTF-8; a byte order mark before it is skipped.
    ///
    /// The last of duplicate keys wins. Lone surrogates in `\u` escapes become U+FFFD.
    /// Works without recursion; memory is proportional to the input, up to ``valuesLimit`` values.
    package static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSON {
        try parse(bytes[...])
    }

    package static func parse(_ text: String) throws(JSONError) -> JSON {
        try parse(Array(text.utf8)[...])
    }

    package static func parse(_ bytes: ArraySlice<UInt8>) throws(JSONError) -> JSON {
        let result: Result<JSON, JSONError> = bytes.withUnsafeBufferPointer { buffer in
            var parser = JSONParser(buffer)
            do throws(JSONError) {
                return .success(try parser.parse())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

private struct JSONParser {
    /// An open array or object, and what was read of it.
    private struct Frame {
        let isObject: Bool
        /// The name it will have in the object around it.
        let key: String
        var members: [JSON.Object.Member] = []
        /// As ``JSON/Object`` keeps it of its keys.
        var seen: UInt64 = 0
        var elements: [JSON] = []

        init(isObject: Bool, key: String) {
            (self.isObject, self.key) = (isObject, key)
        }
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    /// The innermost container; at first one that stands around the text and gets its value.
    private var frame = Frame(isObject: false, key: "")
    private var outerFrames: [Frame] = []
    private var values = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        outerFrames.reserveCapacity(8)
    }

    mutating func parse() throws(JSONError) -> JSON {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
        try beginValue(of: "")
        while !outerFrames.isEmpty { try continueContainer() }
        skipBlanks()
        guard position == bytes.count else { throw fault(.trailingBytes) }
        return frame.elements.removeLast()
    }

    // MARK: Structure

    /// Reads a scalar, or opens containers down to the first value in them.
    ///
    /// - Parameter key: what the value is called in the object around it; anything where there is none.
    private mutating func beginValue(of key: consuming String) throws(JSONError) {
        while true {
            skipBlanks()
            guard position < bytes.count else { throw fault(.unexpectedEnd) }
            switch bytes[position] {
            case UInt8(ascii: "{"):
                try open(isObject: true, key)
                skipBlanks()
                if consume(UInt8(ascii: "}")) { return close() }
                key = try readKey()
            case UInt8(ascii: "["):
                try open(isObject: false, key)
                skipBlanks()
                if consume(UInt8(ascii: "]")) { return close() }
                key = ""
            default:
                return add(try readScalar(), key)
            }
        }
    }

    /// After a value inside a container: a comma and the next value, or the end of the container.
    private mutating func continueContainer() throws(JSONError) {
        skipBlanks()
        guard position < bytes.count else { throw fault(.unexpectedEnd) }
        switch bytes[position] {
        case UInt8(ascii: ","):
            position += 1
            try beginValue(of: frame.isObject ? try readKey() : "")
        case UInt8(ascii: "}") where frame.isObject, UInt8(ascii: "]") where !frame.isObject:
            position += 1
            close()
        default:
            throw fault(.unexpectedByte)
        }
    }

    private mutating func open(isObject: Bool, _ key: String) throws(JSONError) {
        guard outerFrames.count < JSON.depthLimit else { throw fault(.tooDeep) }
        try count()
        position += 1
        outerFrames.append(frame)
        frame = Frame(isObject: isObject, key: key)
    }

    private mutating func close() {
        let closed = frame
        frame = outerFrames.removeLast()
        add(
            closed.isObject
                ? .object(JSON.Object(parsed: closed.members, seen: closed.seen)) : .array(closed.elements), closed.key)
    }

    private mutating func count() throws(JSONError) {
        values += 1
        guard values <= JSON.valuesLimit else { throw fault(.tooManyValues) }
    }

    /// Puts a value into the innermost container.
    private mutating func add(_ value: consuming JSON, _ key: consuming String) {
        guard frame.isObject else { return frame.elements.append(value) }
        let bit = JSON.Object.bit(of: key)
        // Where there are so many that looking at all takes long, the object finds those that come twice.
        if frame.seen & bit != 0, frame.members.count <= JSON.Object.scanLimit,
            let known = JSON.Object.position(of: key, among: frame.members)
        {
            frame.members[known].value = value
            return
        }
        frame.seen |= bit
        // Growing from nothing costs a small object more than its values.
        if frame.members.isEmpty { frame.members.reserveCapacity(4) }
        frame.members.append(JSON.Object.Member(key: key, value: value))
    }

    private mutating func readKey() throws(JSONError) -> String {
        skipBlanks()
        guard position < bytes.count else { throw fault(.unexpectedEnd) }
        guard bytes[position] == UInt8(ascii: "\"") else { throw fault(.unexpectedByte) }
        let key = try readString()
        skipBlanks()
        guard position < bytes.count else { throw fault(.unexpectedEnd) }
        guard consume(UInt8(ascii: ":")) else { throw fault(.unexpectedByte) }
        return key
    }

    // MARK: Scalars

    private mutating func readScalar() throws(JSONError) -> JSON {
        try count()
        switch bytes[position] {
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", .null)
        default: return .number(try readNumber())
        }
    }

    private mutating func readWord(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        for offset in 0..<word.utf8CodeUnitCount {
            guard position + offset < bytes.count else { throw fault(.unexpectedEnd, at: bytes.count) }
            guard bytes[position + offset] == word.utf8Start[offset] else { throw fault(.unexpectedByte) }
        }
        position += word.utf8CodeUnitCount
        return value
    }

    /// RFC 8259 §6: no leading zeros, no plus sign, digits on both sides of the point.
    private mutating func readNumber() throws(JSONError) -> JSON.Number {
        let start = position
        _ = consume(UInt8(ascii: "-"))
        guard position < bytes.count else { throw fault(.unexpectedEnd) }
        if bytes[position] == UInt8(ascii: "0") {
            position += 1
            if position < bytes.count, isDigit(bytes[position]) { throw fault(.invalidNumber) }
        } else {
            guard isDigit(bytes[position]) else {
                throw position == start ? fault(.unexpectedByte) : fault(.invalidNumber)
            }
            skipDigits()
        }
        if consume(UInt8(ascii: ".")) { try requireDigits() }
        if consume(UInt8(ascii: "e")) || consume(UInt8(ascii: "E")) {
            if !consume(UInt8(ascii: "+")) { _ = consume(UInt8(ascii: "-")) }
            try requireDigits()
        }
        return JSON.Number(uncheckedLiteral: Self.text(ofASCII: bytes[start..<position]))
    }

    private mutating func requireDigits() throws(JSONError) {
        guard position < bytes.count else { throw fault(.unexpectedEnd) }
        guard isDigit(bytes[position]) else { throw fault(.invalidNumber) }
        skipDigits()
    }

    /// Starts at the opening quote, ends after the closing one.
    private mutating func readString() throws(JSONError) -> String {
        position += 1
        let start = position
        let isASCII = skipPlainText()
        guard position < bytes.count else { throw fault(.unexpectedEnd) }
        switch bytes[position] {
        case UInt8(ascii: "\""):
            let run = bytes[start..<position]
            position += 1
            return isASCII ? Self.text(ofASCII: run) : try validated(run, at: start)
        case UInt8(ascii: "\\"):
            return try readEscapedString(from: start)
        default:
            throw fault(.controlCharacter)
        }
    }

    private static func text(ofASCII run: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        String(unsafeUninitializedCapacity: run.count) { text in
            _ = text.initialize(fromContentsOf: run)
            return run.count
        }
    }

    /// Steps to the next quote, backslash or control character, or to the end.
    ///
    /// - Returns: whether all bytes on the way are ASCII.
    private mutating func skipPlainText() -> Bool {
        let raw = UnsafeRawBufferPointer(bytes)
        var all: UInt64 = 0
        while position + 8 <= bytes.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let marks = Self.marks(in: word)
            guard marks == 0 else {
                let count = marks.trailingZeroBitCount / 8
                position += count
                return (all | word & (1 << UInt64(8 * count) - 1)) & Self.highBits == 0
            }
            all |= word
            position += 8
        }
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            all |= UInt64(byte)
            position += 1
        }
        return all & Self.highBits == 0
    }

    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The high bit of each of eight bytes that is a quote, a backslash or a control character. The lowest one that is
    /// set is right; those above it need not be, since a subtraction may borrow from the next byte.
    private static func marks(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ ones &* UInt64(UInt8(ascii: "\""))
        let backslashes = word ^ ones &* UInt64(UInt8(ascii: "\\"))
        let isQuote = (quotes &- ones) & ~quotes
        let isBackslash = (backslashes &- ones) & ~backslashes
        let isControl = (word &- ones &* 0x20) & ~word
        return (isQuote | isBackslash | isControl) & highBits
    }

    private func validated(_ run: Slice<UnsafeBufferPointer<UInt8>>, at offset: Int) throws(JSONError) -> String {
        guard let text = String(validating: UnsafeBufferPointer(rebasing: run), as: UTF8.self) else {
            throw fault(.invalidUTF8, at: offset)
        }
        return text.streamSafe
    }

    /// Continues a string whose first escape stands at `position`.
    private mutating func readEscapedString(from start: Int) throws(JSONError) -> String {
        var text = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw fault(.invalidUTF8, at: start)
                }
                return string.streamSafe
            case UInt8(ascii: "\\"):
                text.append(contentsOf: try readEscape().utf8)
            case ..<0x20:
                throw fault(.controlCharacter, at: position - 1)
            default:
                text.append(byte)
            }
        }
        throw fault(.unexpectedEnd)
    }

    private mutating func readEscape() throws(JSONError) -> Unicode.Scalar {
        guard position < bytes.count else { throw fault(.unexpectedEnd) }
        defer { position += 1 }
        switch bytes[position] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            // The defer above steps over the last digit.
            let unit = try readHexUnit()
            guard unit & 0xF800 == 0xD800 else { return Unicode.Scalar(unit) ?? "\u{FFFD}" }
            return try readLowSurrogate(after: unit)
        default: throw fault(.invalidEscape)
        }
    }

    /// Four hex digits after `u`; leaves `position` at the last of them.
    private mutating func readHexUnit() throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            position += 1
            guard position < bytes.count else { throw fault(.unexpectedEnd, at: bytes.count) }
            guard let digit = Hex.value(of: bytes[position]) else { throw fault(.invalidEscape) }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    private mutating func readLowSurrogate(after high: UInt32) throws(JSONError) -> Unicode.Scalar {
        guard high < 0xDC00, position + 6 < bytes.count, bytes[position + 1] == UInt8(ascii: "\\"),
            bytes[position + 2] == UInt8(ascii: "u")
        else { return "\u{FFFD}" }
        let beforePair = position
        position += 2
        let low = try readHexUnit()
        guard low & 0xFC00 == 0xDC00 else {
            position = beforePair
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + ((high & 0x3FF) << 10 | low & 0x3FF)) ?? "\u{FFFD}"
    }

    // MARK: Bytes

    private mutating func skipBlanks() {
        // Most often there are none.
        while position < bytes.count, bytes[position] <= 0x20 {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func skipDigits() {
        while position < bytes.count, isDigit(bytes[position]) { position += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }

    private mutating func consume(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private func fault(_ reason: JSONError.Reason) -> JSONError {
        JSONError(reason: reason, offset: position)
    }

    private func fault(_ reason: JSONError.Reason, at offset: Int) -> JSONError {
        JSONError(reason: reason, offset: offset)
    }
}

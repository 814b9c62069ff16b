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

    /// Parses one JSON text (RFC 8259) in UTF-8; a byte order mark before it is skipped.
    ///
    /// The last of duplicate keys wins. Lone surrogates in `\u` escapes become U+FFFD.
    /// Works without recursion; memory is proportional to the input.
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
    /// An open array or object: where its values and keys begin on the two stacks.
    private struct Frame {
        let isObject: Bool
        let firstValue: Int
        let firstKey: Int
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var values: [JSON] = []
    private var keys: [String] = []
    private var frames: [Frame] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        // Growing from nothing costs a small document more than all of its values.
        let expected = min(bytes.count / 16, 64)
        values.reserveCapacity(expected)
        keys.reserveCapacity(expected)
        frames.reserveCapacity(8)
    }

    mutating func parse() throws(JSONError) -> JSON {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
        try beginValue()
        while let frame = frames.last {
            try continueContainer(frame)
        }
        skipBlanks()
        guard position == bytes.count else { throw fault(.trailingBytes) }
        return values.removeLast()
    }

    // MARK: Structure

    /// Reads a scalar onto the value stack, or opens a container and reads its first value.
    private mutating func beginValue() throws(JSONError) {
        while true {
            skipBlanks()
            guard position < bytes.count else { throw fault(.unexpectedEnd) }
            switch bytes[position] {
            case UInt8(ascii: "{"):
                try open(isObject: true)
                skipBlanks()
                if consume(UInt8(ascii: "}")) { return close() }
                try readKey()
            case UInt8(ascii: "["):
                try open(isObject: false)
                skipBlanks()
                if consume(UInt8(ascii: "]")) { return close() }
            default:
                return values.append(try readScalar())
            }
        }
    }

    /// After a value inside a container: a comma and the next value, or the end of the container.
    private mutating func continueContainer(_ frame: Frame) throws(JSONError) {
        skipBlanks()
        guard position < bytes.count else { throw fault(.unexpectedEnd) }
        switch bytes[position] {
        case UInt8(ascii: ","):
            position += 1
            if frame.isObject { try readKey() }
            try beginValue()
        case UInt8(ascii: "}") where frame.isObject, UInt8(ascii: "]") where !frame.isObject:
            position += 1
            close()
        default:
            throw fault(.unexpectedByte)
        }
    }

    private mutating func open(isObject: Bool) throws(JSONError) {
        guard frames.count < JSON.depthLimit else { throw fault(.tooDeep) }
        position += 1
        frames.append(Frame(isObject: isObject, firstValue: values.count, firstKey: keys.count))
    }

    private mutating func close() {
        let frame = frames.removeLast()
        if frame.isObject {
            var object = JSON.Object(reservingCapacity: values.count - frame.firstValue)
            for offset in 0..<(values.count - frame.firstValue) {
                object[keys[frame.firstKey + offset]] = values[frame.firstValue + offset]
            }
            keys.removeLast(keys.count - frame.firstKey)
            values.removeLast(values.count - frame.firstValue)
            values.append(.object(object))
        } else {
            let array = Array(values[frame.firstValue...])
            values.removeLast(values.count - frame.firstValue)
            values.append(.array(array))
        }
    }

    private mutating func readKey() throws(JSONError) {
        skipBlanks()
        guard position < bytes.count else { throw fault(.unexpectedEnd) }
        guard bytes[position] == UInt8(ascii: "\"") else { throw fault(.unexpectedByte) }
        keys.append(try readString())
        skipBlanks()
        guard position < bytes.count else { throw fault(.unexpectedEnd) }
        guard consume(UInt8(ascii: ":")) else { throw fault(.unexpectedByte) }
    }

    // MARK: Scalars

    private mutating func readScalar() throws(JSONError) -> JSON {
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
        return JSON.Number(uncheckedLiteral: String(decoding: bytes[start..<position], as: UTF8.self))
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
        var isASCII = true
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let run = bytes[start..<position]
                position += 1
                return isASCII ? String(decoding: run, as: UTF8.self) : try validated(run, at: start)
            }
            if byte == UInt8(ascii: "\\") { return try readEscapedString(from: start) }
            if byte < 0x20 { throw fault(.controlCharacter) }
            if byte >= 0x80 { isASCII = false }
            position += 1
        }
        throw fault(.unexpectedEnd)
    }

    private func validated(_ run: Slice<UnsafeBufferPointer<UInt8>>, at offset: Int) throws(JSONError) -> String {
        guard let text = String(validating: UnsafeBufferPointer(rebasing: run), as: UTF8.self) else {
            throw fault(.invalidUTF8, at: offset)
        }
        return text
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
                return string
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
        while position < bytes.count {
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

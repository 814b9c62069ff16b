extension JSON {
    /// The shortest JSON text, in UTF-8.
    package var bytes: [UInt8] {
        var writer = JSONWriter(indent: nil)
        writer.write(self)
        return writer.output
    }

    /// The shortest JSON text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// JSON text for people, two spaces a level.
    package var prettyText: String {
        var writer = JSONWriter(indent: 2)
        writer.write(self)
        return String(decoding: writer.output, as: UTF8.self)
    }

    /// The beginning of ``prettyText``, and whether it is all of it. Costs no more than what is asked for: a few
    /// megabytes of values that nest deep are gigabytes of blanks.
    ///
    /// - Parameter limit: in bytes.
    package func prettyText(upTo limit: Int) -> (text: String, isWhole: Bool) {
        var writer = JSONWriter(indent: 2, limit: limit)
        writer.write(self)
        let text = String(decoding: writer.output, as: UTF8.self)
        return (String(text.prefix(bytes: limit)), !writer.isFull)
    }
}

/// Writes JSON text piece by piece, for shapes that are written often enough to spare the value tree.
package struct JSONWriter {
    package private(set) var output: [UInt8] = []
    private let indent: Int?
    private var level = 0
    /// In bytes of ``output``; once it is longer, no value is written any more.
    private let limit: Int
    fileprivate var isFull: Bool { output.count > limit }

    fileprivate init(indent: Int?, limit: Int = .max) {
        self.indent = indent
        self.limit = limit
    }

    package init(reservingCapacity capacity: Int) {
        (indent, limit) = (nil, .max)
        output.reserveCapacity(capacity)
    }

    /// Writes behind what stands there already.
    package init(continuing output: [UInt8]) {
        (indent, limit) = (nil, .max)
        self.output = output
    }

    /// Punctuation and names that need no escaping, as they are.
    package mutating func write(raw text: StaticString) {
        text.withUTF8Buffer { output.append(contentsOf: $0) }
    }

    package mutating func write(_ value: JSON) {
        switch value {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let number): output.append(contentsOf: fitting(number.literal).utf8)
        case .string(let text): write(fitting(text))
        case .array(let elements):
            write(open: "[", close: "]", elements) { writer, element in writer.write(element) }
        case .object(let object):
            write(open: "{", close: "}", object.members) { writer, member in
                writer.write(writer.fitting(member.key))
                writer.write(raw: writer.indent == nil ? ":" : ": ")
                writer.write(member.value)
            }
        }
    }

    private mutating func write<Element>(
        open: Unicode.Scalar, close: Unicode.Scalar, _ elements: [Element], each: (inout JSONWriter, Element) -> Void
    ) {
        output.append(UInt8(ascii: open))
        level += 1
        for (position, element) in elements.enumerated() {
            if isFull { return }
            if position > 0 { output.append(UInt8(ascii: ",")) }
            breakLine()
            each(&self, element)
        }
        level -= 1
        if isFull { return }
        if !elements.isEmpty { breakLine() }
        output.append(UInt8(ascii: close))
    }

    /// The text, or what is more than enough of it to pass the limit.
    private func fitting(_ text: String) -> String {
        let room = limit - output.count
        return text.utf8.count <= room ? text : String(text.prefix(bytes: max(room, 0) + 4))
    }

    private mutating func breakLine() {
        guard let indent else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * level))
    }

    /// A string with its quotes.
    package mutating func write(_ text: String) {
        var text = text
        output.append(UInt8(ascii: "\""))
        text.withUTF8 { bytes in
            // Most texts have nothing to escape: whole runs go over at once.
            var start = 0
            for index in bytes.indices where Self.needsEscape(bytes[index]) {
                output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<index]))
                writeEscaped(bytes[index])
                start = index + 1
            }
            output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start...]))
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func writeEscaped(_ byte: UInt8) {
        output.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x0A: output.append(UInt8(ascii: "n"))
        case 0x0D: output.append(UInt8(ascii: "r"))
        case 0x09: output.append(UInt8(ascii: "t"))
        case ..<0x20:
            output.append(contentsOf: "u00".utf8)
            output.append(Hex.digit(byte >> 4))
            output.append(Hex.digit(byte & 0xF))
        default: output.append(byte)
        }
    }
}

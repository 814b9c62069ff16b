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
}

private struct JSONWriter {
    var output: [UInt8] = []
    let indent: Int?
    private var level = 0

    init(indent: Int?) {
        self.indent = indent
    }

    mutating func write(_ value: JSON) {
        switch value {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let number): output.append(contentsOf: number.literal.utf8)
        case .string(let text): write(text)
        case .array(let elements):
            write(open: "[", close: "]", elements) { writer, element in writer.write(element) }
        case .object(let object):
            write(open: "{", close: "}", object.members) { writer, member in
                writer.write(member.key)
                writer.output.append(UInt8(ascii: ":"))
                if writer.indent != nil { writer.output.append(UInt8(ascii: " ")) }
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
            if position > 0 { output.append(UInt8(ascii: ",")) }
            breakLine()
            each(&self, element)
        }
        level -= 1
        if !elements.isEmpty { breakLine() }
        output.append(UInt8(ascii: close))
    }

    private mutating func breakLine() {
        guard let indent else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * level))
    }

    private mutating func write(_ text: String) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            case 0x0A: output.append(contentsOf: "\\n".utf8)
            case 0x0D: output.append(contentsOf: "\\r".utf8)
            case 0x09: output.append(contentsOf: "\\t".utf8)
            case ..<0x20:
                output.append(contentsOf: "\\u00".utf8)
                output.append(contentsOf: Hex.encode([byte]).utf8)
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}

/// Names and values in the order they came, names possibly repeated: headers, query and form parameters.
package struct Fields: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            (self.name, self.value) = (name, value)
        }
    }

    package var fields: [Field]

    package init(_ fields: [Field] = []) {
        self.fields = fields
    }

    package init(_ pairs: some Sequence<(String, String)>) {
        fields = pairs.map { Field(name: $0, value: $1) }
    }

    package var isEmpty: Bool { fields.isEmpty }

    /// The first value under exactly this name.
    package subscript(name: String) -> String? {
        fields.first { $0.name.hasSameBytes(as: name) }?.value
    }

    package func all(_ name: String) -> [String] {
        fields.filter { $0.name.hasSameBytes(as: name) }.map(\.value)
    }

    /// The first value whose name is this one but for the case of ASCII letters, as headers are compared.
    package func header(_ name: String) -> String? {
        fields.first { $0.name.equalsIgnoringASCIICase(name) }?.value
    }

    package func headers(_ name: String) -> [String] {
        fields.filter { $0.name.equalsIgnoringASCIICase(name) }.map(\.value)
    }
}

extension Fields: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements)
    }
}

extension String {
    /// Whether the texts are the same but for the case of ASCII letters.
    package func equalsIgnoringASCIICase(_ other: String) -> Bool {
        // For each header of each request, several times: the lengths tell most apart.
        let (mine, others) = (utf8, other.utf8)
        guard mine.count == others.count else { return false }
        let isSame = mine.withContiguousStorageIfAvailable { mine in
            others.withContiguousStorageIfAvailable { others in
                for position in mine.indices where !Self.isSameLetter(mine[position], others[position]) { return false }
                return true
            }
        }
        return (isSame ?? nil) ?? mine.elementsEqual(others, by: Self.isSameLetter)
    }

    private static func isSameLetter(_ one: UInt8, _ other: UInt8) -> Bool {
        one == other || (one | 0x20 == other | 0x20 && (one | 0x20) &- UInt8(ascii: "a") < 26)
    }
}

extension Substring {
    /// As for a whole string.
    package func equalsIgnoringASCIICase(_ other: String) -> Bool {
        String(self).equalsIgnoringASCIICase(other)
    }
}

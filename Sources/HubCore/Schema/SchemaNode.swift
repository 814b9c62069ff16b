/// One schema, with the schemas in it by their numbers.
struct SchemaNode: Sendable {
    /// What is asked, in the order in which it was written.
    var rules: [SchemaRule] = []
}

/// One keyword, or several that only mean something together.
enum SchemaRule: Sendable {
    typealias Index = Int

    // For any value.
    case never
    case type(Set<SchemaType>)
    case oneOf(values: Set<[UInt8]>, shown: String, keyword: String)
    case reference(Index)
    case all([Index])
    case any([Index])
    case exactlyOne([Index])
    case not(Index)
    case condition(Index, then: Index?, else: Index?)

    // For numbers.
    case bound(Bound, DecimalNumber, shown: String)
    case multiple(DecimalNumber, shown: String)

    // For strings, arrays, objects.
    case count(Counted, Int)
    case pattern(SchemaPattern)
    case items(prefix: [Index], rest: Index?)
    case contains(Index, minimum: Int, maximum: Int?)
    case unique
    case members(Members)
    case memberNames(Index)
    case required([String])
    case dependentRequired([(String, [String])])
    case dependentSchemas([(String, Index)])

    enum Bound: String, Sendable {
        case minimum, maximum, exclusiveMinimum, exclusiveMaximum
    }

    enum Counted: String, Sendable {
        case minLength, maxLength, minItems, maxItems, minProperties, maxProperties

        var isMinimum: Bool { [.minLength, .minItems, .minProperties].contains(self) }
    }

    struct Members: Sendable {
        var named: [String: Index] = [:]
        var matching: [(SchemaPattern, Index)] = []
        var others: Index?
    }

    /// The schemas that are asked of the very same value.
    var inPlace: [Index] {
        switch self {
        case .reference(let index), .not(let index): [index]
        case .all(let indices), .any(let indices), .exactlyOne(let indices): indices
        case .condition(let condition, let then, let otherwise): [condition] + [then, otherwise].compactMap { $0 }
        case .dependentSchemas(let pairs): pairs.map(\.1)
        default: []
        }
    }
}

/// The names of `type`.
enum SchemaType: String, Sendable, CaseIterable {
    case null, boolean, object, array, number, string, integer

    func holds(for value: JSON) -> Bool {
        guard self == .integer else { return value.kind == rawValue }
        if case .number(let number) = value { return DecimalNumber(number).isWhole }
        return false
    }
}

extension JSON {
    /// The same bytes for equal values: members sorted by name, numbers by value.
    ///
    /// JSON Schema 2020-12 core §4.2.2: `1` equals `1.0`, the order of members does not count, texts are compared code
    /// point by code point.
    var canonicalBytes: [UInt8] {
        var bytes: [UInt8] = []
        appendCanonical(to: &bytes)
        return bytes
    }

    private func appendCanonical(to bytes: inout [UInt8]) {
        switch self {
        case .null, .bool, .string: bytes += self.bytes
        case .number(let number): bytes += DecimalNumber(number).canonicalText.utf8
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for element in elements {
                element.appendCanonical(to: &bytes)
                bytes.append(UInt8(ascii: ","))
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            let sorted = object.members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            for member in sorted {
                bytes += JSON.string(member.key).bytes
                bytes.append(UInt8(ascii: ":"))
                member.value.appendCanonical(to: &bytes)
                bytes.append(UInt8(ascii: ","))
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}

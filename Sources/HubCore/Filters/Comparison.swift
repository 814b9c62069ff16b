/// What a filter asks of one place.
enum Comparison: Sendable {
    case equal(JSON)
    case oneOf(ValueSet)
    case ordered(Order, JSON)
    case exists
    case startsWith([UInt8])
    case endsWith([UInt8])
    case contains(TextSearch?, JSON)

    enum Order: Sendable {
        case less, lessOrEqual, greater, greaterOrEqual
    }

    /// Whether it holds for what the path leads to, anywhere.
    func holds(for value: JSON?, _ path: ArraySlice<String>) -> Bool {
        guard let value else { return false }
        guard let name = path.first else { return holdsAtEnd(value) }
        switch value {
        case .object(let object):
            return holds(for: object[name], path.dropFirst())
        case .array(let elements):
            if let index = Int(name), String(index) == name {
                return elements.indices.contains(index) && holds(for: elements[index], path.dropFirst())
            }
            return elements.contains { element in
                // Only into objects: an array of arrays has no names.
                if case .object = element { holds(for: element, path) } else { false }
            }
        default:
            return false
        }
    }

    private func holdsAtEnd(_ value: JSON) -> Bool {
        if holds(for: value) { return true }
        guard case .array(let elements) = value, distributes else { return false }
        return elements.contains(where: holds(for:))
    }

    /// Whether it is asked of each element where there is an array.
    private var distributes: Bool {
        if case .exists = self { false } else { true }
    }

    private func holds(for value: JSON) -> Bool {
        switch self {
        case .equal(let wanted): value.isSame(as: wanted)
        case .oneOf(let wanted): wanted.contains(value)
        case .exists: true
        case .ordered(let order, let wanted): value.isOrdered(order, wanted)
        case .startsWith(let prefix): value.string?.utf8.starts(with: prefix) ?? false
        case .endsWith(let suffix): value.string?.utf8.reversed().starts(with: suffix.reversed()) ?? false
        case .contains(let search, let wanted):
            switch value {
            case .string(let text): search?.isFound(in: text.utf8) ?? false
            case .array(let elements): elements.contains { $0.isSame(as: wanted) }
            default: false
            }
        }
    }
}

extension JSON {
    /// Equal as values: `1`, `1.0` and `1e0` are the same number, texts are compared byte for byte.
    func isSame(as other: JSON) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left.literal == right.literal || left.order(to: right) == 0
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left.elementsEqual(right) { $0.isSame(as: $1) }
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.members.allSatisfy { member in right[member.key].map { member.value.isSame(as: $0) } ?? false }
        default: false
        }
    }

    /// Numbers by value, texts by their bytes (so that RFC 3339 times in one zone sort as times); others never.
    fileprivate func isOrdered(_ order: Comparison.Order, _ other: JSON) -> Bool {
        let sign: Int?
        switch (self, other) {
        case (.number(let left), .number(let right)): sign = left.order(to: right)
        case (.string(let left), .string(let right)):
            sign =
                left.utf8.elementsEqual(right.utf8) ? 0 : left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
        default: sign = nil
        }
        guard let sign else { return false }
        switch order {
        case .less: return sign < 0
        case .lessOrEqual: return sign <= 0
        case .greater: return sign > 0
        case .greaterOrEqual: return sign >= 0
        }
    }
}

extension JSON.Number {
    /// Negative when this is less than the other, 0 when equal; nil when one is beyond all numbers.
    fileprivate func order(to other: JSON.Number) -> Int? {
        if let left = int64, let right = other.int64 { return left < right ? -1 : left > right ? 1 : 0 }
        guard let left = double, let right = other.double else { return nil }
        return left < right ? -1 : left > right ? 1 : 0
    }
}

/// Values to be one of, found without comparing each.
struct ValueSet: Sendable {
    private indirect enum Key: Hashable, Sendable {
        case null
        case bool(Bool)
        case whole(Int64)
        case real(Double)
        case literal(String)
        case text([UInt8])
        case list([Key])
        case members([String: Key])

        init(_ value: JSON) {
            switch value {
            case .null: self = .null
            case .bool(let value): self = .bool(value)
            case .number(let number):
                self =
                    number.int64.map(Key.whole) ?? number.double.map(Key.real) ?? .literal(number.literal)
            case .string(let text): self = .text(Array(text.utf8))
            case .array(let elements): self = .list(elements.map(Key.init))
            case .object(let object):
                let members = object.members.map { ($0.key, Key($0.value)) }
                self = .members(Dictionary(members) { _, last in last })
            }
        }
    }

    private let keys: Set<Key>
    /// How long the arrays are, and how many members the objects have: another value needs no key.
    private let (lengths, sizes): (Set<Int>, Set<Int>)

    init(_ values: [JSON]) {
        keys = Set(values.map(Key.init))
        lengths = Set(values.compactMap { $0.array?.count })
        sizes = Set(values.compactMap { $0.object?.count })
    }

    func contains(_ value: JSON) -> Bool {
        switch value {
        case .array(let elements) where !lengths.contains(elements.count): false
        case .object(let object) where !sizes.contains(object.count): false
        default: keys.contains(Key(value))
        }
    }
}

/// Looks for a text in another one in time proportional to both (Knuth, Morris and Pratt), whatever they are.
struct TextSearch: Sendable {
    private let pattern: [UInt8]
    /// How much of the pattern still fits when the byte behind this much of it does not.
    private let fallback: [Int]

    init(_ text: String) {
        pattern = Array(text.utf8)
        var fallback = [Int](repeating: 0, count: max(pattern.count, 1))
        var length = 0
        for index in pattern.indices.dropFirst() {
            while length > 0, pattern[index] != pattern[length] { length = fallback[length - 1] }
            if pattern[index] == pattern[length] { length += 1 }
            fallback[index] = length
        }
        self.fallback = fallback
    }

    func isFound(in text: some Sequence<UInt8>) -> Bool {
        if pattern.isEmpty { return true }
        var length = 0
        for byte in text {
            while length > 0, byte != pattern[length] { length = fallback[length - 1] }
            if byte == pattern[length] { length += 1 }
            if length == pattern.count { return true }
        }
        return false
    }
}

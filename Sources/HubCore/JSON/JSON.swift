/// A JSON value (RFC 8259) that keeps what was received: numbers as written, members in their order.
package enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case number(Number)
    case string(String)
    case array([JSON])
    case object(Object)
}

extension JSON {
    /// A number kept as its literal, so that nothing is lost or reformatted on the way through.
    package struct Number: Sendable, Hashable {
        /// The literal as RFC 8259 §6 allows it, for example `-1.50e3`.
        package let literal: String

        /// - Parameter literal: must be a valid JSON number; the parser guarantees it.
        init(uncheckedLiteral literal: String) {
            self.literal = literal
        }

        package init(_ value: Int64) {
            literal = String(value)
        }

        /// - Returns: nil for NaN and infinities, which JSON cannot express.
        package init?(_ value: Double) {
            guard value.isFinite else { return nil }
            if let whole = Int64(exactly: value) {
                literal = String(whole)
            } else {
                literal = "\(value)"
            }
        }

        /// The value when it is whole and fits 64 bits; `1.0` and `1e3` count as whole.
        package var int64: Int64? {
            if let whole = Int64(literal) { return whole }
            guard let double = Double(literal), double.isFinite else { return nil }
            return Int64(exactly: double)
        }

        /// The nearest double; nil when the literal is outside its range.
        package var double: Double? {
            guard let value = Double(literal), value.isFinite else { return nil }
            return value
        }
    }

    /// Members in their order of first appearance; the last of duplicate keys gives the value.
    package struct Object: Sendable {
        package struct Member: Sendable {
            package let key: String
            package internal(set) var value: JSON
        }

        package private(set) var members: [Member] = []
        /// Positions by key, kept only for objects large enough that scanning would be slower.
        private var positions: [Name: Int] = [:]
        /// One bit for each key there was, by its length and last byte: most new keys are told apart without a scan.
        private var seen: UInt64 = 0
        static let scanLimit = 48

        /// A key as RFC 8259 §8.3 compares it: by what it is written with.
        private struct Name: Hashable {
            let text: String

            static func == (left: Self, right: Self) -> Bool { left.text.hasSameBytes(as: right.text) }

            func hash(into hasher: inout Hasher) {
                var text = text
                text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
            }
        }

        package init() {}

        package init(_ members: some Sequence<(String, JSON)>) {
            for (key, value) in members { self[key] = value }
        }

        /// Takes over what a parser read, in the order in which it came.
        ///
        /// - Parameters:
        ///   - members: no key twice, unless there are more than ``scanLimit``.
        ///   - seen: the ``bit(of:)`` of each key.
        init(parsed members: [Member], seen: UInt64) {
            (self.members, self.seen) = (members, seen)
            guard members.count > Self.scanLimit else { return }
            positions.reserveCapacity(members.count)
            reindex()
            if positions.count < members.count { self = Self(members.lazy.map { ($0.key, $0.value) }) }
        }

        package var count: Int { members.count }
        package var isEmpty: Bool { members.isEmpty }

        package subscript(key: String) -> JSON? {
            get {
                guard let position = position(of: key) else { return nil }
                return members[position].value
            }
            set {
                switch (position(of: key), newValue) {
                case (let position?, let value?):
                    members[position].value = value
                case (nil, let value?):
                    members.append(Member(key: key, value: value))
                    index(newest: key)
                case (let position?, nil):
                    members.remove(at: position)
                    positions = [:]
                    if members.count > Self.scanLimit { reindex() }
                case (nil, nil):
                    break
                }
            }
        }

        private func position(of key: String) -> Int? {
            if members.count > Self.scanLimit { return positions[Name(text: key)] }
            return seen & Self.bit(of: key) == 0 ? nil : Self.position(of: key, among: members)
        }

        /// Where the member of this name stands; looks at all.
        static func position(of key: String, among members: [Member]) -> Int? {
            let length = key.utf8.count
            for position in members.indices where members[position].key.utf8.count == length {
                if members[position].key.hasSameBytes(as: key) { return position }
            }
            return nil
        }

        static func bit(of key: String) -> UInt64 {
            let bit = key.utf8.withContiguousStorageIfAvailable { bytes in
                UInt64(1) << UInt64((bytes.count &* 7 &+ Int(bytes.last ?? 0)) & 63)
            }
            // Only text that comes from outside of Swift is not contiguous: it is held against all keys.
            return bit ?? .max
        }

        private mutating func index(newest key: String) {
            seen |= Self.bit(of: key)
            if members.count == Self.scanLimit + 1 {
                reindex()
            } else if members.count > Self.scanLimit {
                positions[Name(text: key)] = members.count - 1
            }
        }

        private mutating func reindex() {
            for (position, member) in members.enumerated() { positions[Name(text: member.key)] = position }
        }
    }
}

extension JSON.Object: Hashable {
    /// Equal when the same keys have equal values, whatever their order.
    package static func == (left: Self, right: Self) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        var combined = 0
        for member in members {
            var one = Hasher()
            one.combine(member.key)
            one.combine(member.value)
            combined ^= one.finalize()
        }
        hasher.combine(combined)
    }
}

// MARK: - Reading leniently

extension JSON {
    /// The member of an object; nil when this is no object or has no such member.
    package subscript(key: String) -> JSON? {
        guard case .object(let object) = self else { return nil }
        return object[key]
    }

    package var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    package var int64: Int64? {
        guard case .number(let value) = self else { return nil }
        return value.int64
    }

    package var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    package var array: [JSON]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    package var object: Object? {
        guard case .object(let value) = self else { return nil }
        return value
    }

    /// What the value is called in error texts: `object`, `array`, `string`, `number`, `boolean` or `null`.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}

// MARK: - Literals, so that code and tests read like JSON

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .number(Number(value)) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) { self = .object(Object(elements)) }

    package init(_ value: some BinaryInteger) { self = .number(Number(Int64(clamping: value))) }

    /// A string, or `null` for nil.
    package init(_ value: String?) { self = value.map(JSON.string) ?? .null }
}

extension JSON.Object: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }
}

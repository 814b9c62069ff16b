/// Why a vendor's payload could not be read.
package enum PayloadError: Error, Equatable, Sendable {
    case missing(path: String)
    case wrongType(path: String, expected: String)
    /// The value is there and of the right type, but means nothing here.
    case invalid(path: String, expected: String)
    /// A header that names the event or carries its type is missing.
    case missingHeader(name: String)
    /// The body is no JSON (or whatever the integration reads).
    case malformed(detail: String)

    /// Stable: stored with events, returned by the API, used as a metric label. Append, never rename.
    package var code: String {
        switch self {
        case .missing: "payload.missing"
        case .wrongType: "payload.wrong-type"
        case .invalid: "payload.invalid"
        case .missingHeader: "payload.missing-header"
        case .malformed: "payload.malformed"
        }
    }
}

extension PayloadError: CustomStringConvertible {
    /// For people: `$.data.messages: expected array`.
    package var description: String {
        switch self {
        case .missing(let path): "\(path): missing"
        case .wrongType(let path, let expected), .invalid(let path, let expected): "\(path): expected \(expected)"
        case .missingHeader(let name): "Missing the HTTP event header '\(name)'"
        case .malformed(let detail): detail
        }
    }
}

/// A place in a vendor's JSON, which may hold nothing; a failing read names its path.
///
/// What a message cannot do without is read with the throwing properties (`try payload["issue"]["title"].string`).
/// Everything else is read with the lenient ones (`text`, `list`, `isTrue`), so that a field that the vendor
/// drops, adds or retypes costs that field and not the message.
package struct Payload: Sendable {
    /// The value here; nil where the document has none.
    package let value: JSON?
    private let place: Place

    /// What is read stands nearly always one or two keys deep; only deeper places need an object for each step.
    private enum Place: Sendable {
        case root
        case key(String)
        case keyInKey(String, of: String)
        indirect case deepKey(String, of: Place)
        indirect case index(Int, of: Place)

        func key(_ key: String) -> Place {
            switch self {
            case .root: .key(key)
            case .key(let parent): .keyInKey(key, of: parent)
            case .keyInKey, .deepKey, .index: .deepKey(key, of: self)
            }
        }
    }

    package init(_ document: JSON?) {
        value = document
        place = .root
    }

    private init(_ value: JSON?, at place: Place) {
        self.value = value
        self.place = place
    }

    /// Where this is in the document: `$.data.messages[2]`.
    package var path: String {
        var parts: [String] = []
        var place = place
        while true {
            switch place {
            case .root: return "$" + parts.reversed().joined()
            case .key(let key): (parts, place) = (parts + ["." + key], .root)
            case .keyInKey(let key, let parent): (parts, place) = (parts + ["." + key], .key(parent))
            case .deepKey(let key, let parent): (parts, place) = (parts + ["." + key], parent)
            case .index(let index, let parent): (parts, place) = (parts + ["[\(index)]"], parent)
            }
        }
    }

    package subscript(key: String) -> Payload {
        Payload(value?[key], at: place.key(key))
    }

    package subscript(index: Int) -> Payload {
        let elements = value?.array ?? []
        return Payload(elements.indices.contains(index) ? elements[index] : nil, at: .index(index, of: place))
    }

    // MARK: Demanding

    package var string: String {
        get throws(PayloadError) { try require("string", value?.string) }
    }

    package var int: Int64 {
        get throws(PayloadError) { try require("integer", value?.int64) }
    }

    package var bool: Bool {
        get throws(PayloadError) { try require("boolean", value?.bool) }
    }

    package var array: [Payload] {
        get throws(PayloadError) {
            let elements = try require("array", value?.array)
            return elements.enumerated().map { Payload($1, at: .index($0, of: place)) }
        }
    }

    package var object: JSON.Object {
        get throws(PayloadError) { try require("object", value?.object) }
    }

    private func require<Value>(_ expected: String, _ found: Value?) throws(PayloadError) -> Value {
        if let found { return found }
        throw exists ? .wrongType(path: path, expected: expected) : .missing(path: path)
    }

    // MARK: Lenient

    /// Whether there is a value other than null.
    package var exists: Bool { value.map { $0 != .null } ?? false }

    /// Itself when there is a value other than null.
    package var present: Payload? { exists ? self : nil }

    /// A string, number or boolean as text; nil for anything else.
    package var text: String? {
        switch value {
        case .string(let text): text
        case .number(let number): number.literal
        case .bool(let bool): bool ? "true" : "false"
        default: nil
        }
    }

    /// As ``text``, but nil when it is empty.
    package var filledText: String? {
        text.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A whole number, also when it comes as text.
    package var number: Int64? {
        value?.int64 ?? value?.string.flatMap { Int64($0) }
    }

    /// A number, fractions included.
    package var double: Double? {
        guard case .number(let number)? = value else { return nil }
        return number.double
    }

    /// Whether this says yes, also as text or number.
    package var isTrue: Bool { text == "true" || text == "1" }

    /// The elements of an array; empty for anything else.
    package var list: [Payload] {
        (value?.array ?? []).enumerated().map { Payload($1, at: .index($0, of: place)) }
    }

    /// As ``list``; a value that came alone, without the list that it belongs into, counts as its only element.
    package var elements: [Payload] {
        value?.array == nil && exists ? [self] : list
    }

    /// The members of an object in their order; empty for anything else.
    package var members: [(key: String, value: Payload)] {
        (value?.object?.members ?? []).map { ($0.key, self[$0.key]) }
    }
}

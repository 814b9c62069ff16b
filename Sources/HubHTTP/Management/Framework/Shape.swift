import HubCore

/// What a JSON value looks like: what a call is sent is checked against it, and `/openapi.json` tells it.
struct Shape: Sendable {
    indirect enum Kind: Sendable {
        /// Length in characters.
        case text(ClosedRange<Int>)
        case choice([String])
        /// RFC 3339.
        case moment
        case integer(ClosedRange<Int64>)
        /// Fractions are fine.
        case number(ClosedRange<Double>)
        case boolean
        case anything
        case list(Shape, limit: Int)
        /// Unknown members are refused, unless `others` says what they look like.
        case object([Member], others: Shape?)
        case either([Shape])
        /// Told once in the document and referred to.
        case named(String, Shape)
    }

    struct Member: Sendable {
        let name: String
        let shape: Shape
        let summary: String
        let isRequired: Bool
    }

    let kind: Kind
    private(set) var isNullable = false

    /// How long a text may be where nothing says otherwise; the limit of a body bounds it anyway.
    private static let textLimit = 1 << 20

    static let text = Shape(kind: .text(0...textLimit))
    static let moment = Shape(kind: .moment)
    static let boolean = Shape(kind: .boolean)
    static let anything = Shape(kind: .anything)
    static let integer = Shape(kind: .integer(Int64.min...Int64.max))

    static func text(_ length: ClosedRange<Int>) -> Shape { Shape(kind: .text(length)) }
    static func integer(_ range: ClosedRange<Int64>) -> Shape { Shape(kind: .integer(range)) }
    static func number(_ range: ClosedRange<Double>) -> Shape { Shape(kind: .number(range)) }
    static func choice(_ values: [String]) -> Shape { Shape(kind: .choice(values)) }
    static func list(of element: Shape, limit: Int = 1000) -> Shape { Shape(kind: .list(element, limit: limit)) }
    static func either(_ shapes: Shape...) -> Shape { Shape(kind: .either(shapes)) }
    static func named(_ name: String, _ members: [Member]) -> Shape {
        Shape(kind: .named(name, .object(members)))
    }

    static func object(_ members: [Member], others: Shape? = nil) -> Shape {
        Shape(kind: .object(members, others: others))
    }

    static func choice<Value: RawRepresentable<String> & CaseIterable>(of type: Value.Type) -> Shape {
        .choice(type.allCases.map(\.rawValue))
    }

    /// The same, or null.
    var orNull: Shape {
        var shape = self
        shape.isNullable = true
        return shape
    }

    /// The members of an object, also of a named one.
    var members: [Member] {
        switch kind {
        case .object(let members, _): members
        case .named(_, let shape): shape.members
        default: []
        }
    }
}

extension Shape.Member {
    static func required(_ name: String, _ shape: Shape, _ summary: String = "") -> Self {
        Self(name: name, shape: shape, summary: summary, isRequired: true)
    }

    static func optional(_ name: String, _ shape: Shape, _ summary: String = "") -> Self {
        Self(name: name, shape: shape, summary: summary, isRequired: false)
    }
}

// MARK: - Checking

/// Where a value does not have its shape, and what is wrong with it.
struct ShapeError: Error, Equatable, CustomStringConvertible {
    let path: String
    let problem: String

    var description: String { "\(path): \(problem)" }
}

extension Shape {
    func check(_ payload: Payload) throws(ShapeError) {
        guard let value = payload.value else { throw ShapeError(path: payload.path, problem: "missing") }
        if isNullable, value == .null { return }
        switch kind {
        case .anything: return
        case .named(_, let shape): try shape.check(payload)
        case .either(let shapes): try check(payload, either: shapes)
        case .list(let element, let limit): try check(payload, listOf: element, limit)
        case .object(let members, let others): try check(payload, members, others)
        case .text, .choice, .moment, .integer, .number, .boolean:
            guard !fits(value) else { return }
            throw ShapeError(path: payload.path, problem: "expected \(expectation)")
        }
    }

    /// Whether a value without parts has this shape.
    private func fits(_ value: JSON) -> Bool {
        switch (kind, value) {
        case (.text(let length), .string(let text)): length.contains(text.count)
        case (.choice(let values), .string(let text)): values.contains(text)
        case (.moment, .string(let text)): Timestamp(rfc3339: text) != nil
        case (.integer(let range), .number(let number)): number.int64.map(range.contains) ?? false
        case (.number(let range), .number(let number)): number.double.map(range.contains) ?? false
        case (.boolean, .bool): true
        default: false
        }
    }

    private func check(_ payload: Payload, either shapes: [Shape]) throws(ShapeError) {
        var deeper: ShapeError?
        for shape in shapes {
            do throws(ShapeError) {
                return try shape.check(payload)
            } catch {
                if error.path != payload.path { deeper = error }
            }
        }
        // The fault is told for all of them together, unless it lies deeper than here.
        throw deeper ?? ShapeError(path: payload.path, problem: "expected \(expectation)")
    }

    private func check(_ payload: Payload, listOf element: Shape, _ limit: Int) throws(ShapeError) {
        guard payload.value?.array != nil else { throw ShapeError(path: payload.path, problem: "expected array") }
        let elements = payload.list
        guard elements.count <= limit else {
            throw ShapeError(path: payload.path, problem: "expected at most \(limit) elements")
        }
        for payload in elements { try element.check(payload) }
    }

    private func check(_ payload: Payload, _ members: [Member], _ others: Shape?) throws(ShapeError) {
        guard let object = payload.value?.object else {
            throw ShapeError(path: payload.path, problem: "expected object")
        }
        for member in members where member.isRequired || object[member.name] != nil {
            try member.shape.check(payload[member.name])
        }
        let known = Set(members.map(\.name))
        for (name, value) in payload.members where !known.contains(name) {
            guard let others else {
                throw ShapeError(path: value.path, problem: Self.unknown("field", among: members.map(\.name)))
            }
            try others.check(value)
        }
    }

    static func unknown(_ what: String, among names: [String]) -> String {
        names.isEmpty
            ? "there is no such \(what)" : "there is no such \(what); known are \(names.joined(separator: ", "))"
    }

    /// What an error says is expected.
    private var expectation: String {
        let text =
            switch kind {
            case .text(let length):
                if length == 0...Self.textLimit { "string" } else { "string of \(length.words) characters" }
            case .choice(let values): "one of \(values.joined(separator: ", "))"
            case .moment: "RFC 3339 time like 2026-11-21T08:30:00Z"
            case .integer(let range): range == Int64.min...Int64.max ? "integer" : "integer from \(range.words)"
            case .number(let range): "number from \(range.words)"
            case .boolean: "boolean"
            case .anything: "value"
            case .list: "array"
            case .object: "object"
            case .named(_, let shape): shape.expectation
            case .either(let shapes): shapes.map(\.expectation).joined(separator: " or ")
            }
        return isNullable ? "\(text) or null" : text
    }
}

extension ClosedRange {
    fileprivate var words: String { "\(lowerBound) to \(upperBound)" }
}

// MARK: - Telling

extension Shape {
    /// As JSON Schema (2020-12); named shapes are gathered in `components` and referred to.
    func schema(_ components: inout [String: JSON]) -> JSON {
        let schema = bareSchema(&components)
        guard isNullable else { return schema }
        if case .object(var object) = schema, let type = object["type"] {
            object["type"] = [type, "null"]
            if let values = object["enum"]?.array { object["enum"] = .array(values + [.null]) }
            return .object(object)
        }
        return ["anyOf": [schema, ["type": "null"]]]
    }

    private func bareSchema(_ components: inout [String: JSON]) -> JSON {
        switch kind {
        case .anything: return [:]
        case .boolean: return ["type": "boolean"]
        case .moment: return ["type": "string", "format": "date-time"]
        case .choice(let values): return ["type": "string", "enum": .array(values.map(JSON.string))]
        case .text(let length):
            var object = JSON.Object([("type", "string")])
            if length.lowerBound > 0 { object["minLength"] = JSON(length.lowerBound) }
            if length.upperBound < Self.textLimit { object["maxLength"] = JSON(length.upperBound) }
            return .object(object)
        case .integer(let range):
            var object = JSON.Object([("type", "integer")])
            if range.lowerBound > .min { object["minimum"] = JSON(range.lowerBound) }
            if range.upperBound < .max { object["maximum"] = JSON(range.upperBound) }
            return .object(object)
        case .number(let range):
            var object = JSON.Object([("type", "number")])
            object["minimum"] = JSON.Number(range.lowerBound).map(JSON.number)
            object["maximum"] = JSON.Number(range.upperBound).map(JSON.number)
            return .object(object)
        case .list(let element, let limit):
            return ["type": "array", "items": element.schema(&components), "maxItems": JSON(limit)]
        case .either(let shapes):
            return ["anyOf": .array(shapes.map { $0.schema(&components) })]
        case .named(let name, let shape):
            if components[name] == nil {
                components[name] = .null  // Taken, while its own members are told.
                components[name] = shape.schema(&components)
            }
            return ["$ref": "#/components/schemas/\(name)"]
        case .object(let members, let others):
            return objectSchema(members, others, &components)
        }
    }

    private func objectSchema(_ members: [Member], _ others: Shape?, _ components: inout [String: JSON]) -> JSON {
        var properties = JSON.Object()
        for member in members {
            var schema = member.shape.schema(&components)
            if !member.summary.isEmpty, case .object(var object) = schema {
                object["description"] = .string(member.summary)
                schema = .object(object)
            }
            properties[member.name] = schema
        }
        var object = JSON.Object([("type", "object"), ("properties", .object(properties))])
        let required = members.filter(\.isRequired).map { JSON.string($0.name) }
        if !required.isEmpty { object["required"] = .array(required) }
        object["additionalProperties"] = others.map { $0.schema(&components) } ?? false
        return .object(object)
    }
}

/// A JSON Schema (draft 2020-12) for the data of an event type, compiled.
///
/// Everything of the core, applicator and validation vocabularies but `unevaluated…`, `$dynamicRef` and references to
/// other documents; `format` and the `content…` keywords are annotations. A keyword that is not known is an error,
/// since what was meant by it would silently not hold; names that begin with `x-` are free.
///
/// Checking ends: schemas that refer to themselves without going deeper into the value are refused, patterns are
/// matched in linear time, and a value that would cost more than ``workLimit`` steps is not valid.
package struct JSONSchema: Sendable, Hashable {
    private let nodes: [SchemaNode]
    private let source: JSON

    package static let sizeLimit = 256 * 1024
    /// How many schemas may lie in one.
    package static let nodeLimit = 2000
    package static let depthLimit = 64
    /// How many steps one validation may take.
    package static let workLimit = 1_000_000
    /// How deep a validation may go, references and nested schemas counted.
    package static let levelLimit = 256
    package static let violationLimit = 20

    /// - Throws: ``JSONSchemaError``, which names the place in the schema.
    package init(_ schema: JSON) throws(JSONSchemaError) {
        var compiler = SchemaCompiler()
        nodes = try compiler.compile(schema)
        source = schema
    }

    /// As it was written.
    package var json: JSON { source }

    /// What speaks against the value; the first ``violationLimit`` in the order of the schema, none when it is valid.
    package func validate(_ value: JSON) -> [Violation] {
        var validation = SchemaValidation(nodes)
        return validation.violations(of: value)
    }

    /// Where a value breaks the schema.
    package struct Violation: Sendable, Hashable {
        /// In the value: `$.order.items[0]`.
        package let path: String
        /// The keyword that does not hold; `false` for a schema that nothing fits, `work` when checking took too long.
        package let rule: String
        /// For people, after the path: `expected string`.
        package let detail: String
    }

    package static func == (left: Self, right: Self) -> Bool { left.source == right.source }

    package func hash(into hasher: inout Hasher) { hasher.combine(source) }
}

extension JSONSchema.Violation: CustomStringConvertible {
    package var description: String { "\(path): \(detail)" }
}

/// Why a JSON value is no schema that can be used, and where.
package struct JSONSchemaError: Error, Sendable, Hashable {
    package enum Problem: Sendable, Hashable {
        /// The value of a keyword is not what it must be.
        case expected(String)
        case unknownKeyword(String)
        /// A keyword of JSON Schema that is not supported.
        case unsupported(String)
        case unknownReference(String)
        /// A schema refers to itself at the same place of the value.
        case endlessReference
        case pattern(PatternError)
        case tooDeep
        case tooLarge
    }

    /// A JSON Pointer as a fragment: `#/properties/id/type`.
    package let place: String
    package let problem: Problem

    /// Stable.
    package var code: String {
        switch problem {
        case .expected: "schema.wrong-type"
        case .unknownKeyword: "schema.unknown-keyword"
        case .unsupported: "schema.unsupported"
        case .unknownReference: "schema.unknown-reference"
        case .endlessReference: "schema.endless-reference"
        case .pattern: "schema.pattern"
        case .tooDeep: "schema.too-deep"
        case .tooLarge: "schema.too-large"
        }
    }
}

extension JSONSchemaError: CustomStringConvertible {
    /// For people.
    package var description: String {
        let problem =
            switch problem {
            case .expected(let what): "expected \(what)"
            case .unknownKeyword(let name): "there is no keyword \(name); names of your own begin with x-"
            case .unsupported(let what): "\(what) is not supported"
            case .unknownReference(let text): "there is no schema at \(text); only this document can be referred to"
            case .endlessReference: "this refers to itself without going deeper into the value"
            case .pattern(let error): "pattern: \(error)"
            case .tooDeep: "nested more than \(JSONSchema.depthLimit) deep"
            case .tooLarge:
                "more than \(JSONSchema.nodeLimit) schemas, \(SchemaCompiler.listLimit) values in a list or 256 KiB in all"
            }
        return "\(place): \(problem)"
    }
}

/// A filter over events that people write as JSON, compiled.
///
///     {"type": {"$startsWith": "ticket."}, "data.ticket.priority": {"$in": ["high", "urgent"]}}
///
/// All members of an object must hold. A key is a place below `type`, `data` or `metadata`: names joined by full stops,
/// a JSON Pointer (`/data/a.b`), or objects within objects; a number is a position in an array, and any other name looks into each element. A value
/// is an object of operators, or stands for `$eq`. Where a place holds an array, a comparison holds when it holds for
/// an element or for the array itself; `$ne` and `$nin` hold when `$eq` and `$in` do not, also where there is nothing.
package struct EventCondition: Sendable, Hashable {
    private let root: Node

    /// Compared by what was written.
    private let source: JSON

    package static let depthLimit = 16
    package static let nodeLimit = 256
    package static let listLimit = 1000
    package static let textLimit = 4096
    /// Of the whole filter, in bytes.
    package static let sizeLimit = 65536

    /// - Throws: ``EventConditionError``, which names the place in the filter.
    package init(_ filter: JSON) throws(EventConditionError) {
        var compiler = ConditionCompiler()
        root = try compiler.compile(filter)
        source = filter
    }

    /// As it was written.
    package var json: JSON { source }

    package func matches(type: String, data: JSON?, metadata: JSON? = nil) -> Bool {
        root.holds(for: Subject(type: .string(type), data: data, metadata: metadata))
    }

    package static func == (left: Self, right: Self) -> Bool { left.source == right.source }

    package func hash(into hasher: inout Hasher) { hasher.combine(source) }

    struct Subject {
        let type: JSON
        let data: JSON?
        let metadata: JSON?

        subscript(field: Field) -> JSON? {
            switch field {
            case .type: type
            case .data: data
            case .metadata: metadata
            }
        }
    }

    enum Field: String, Sendable, CaseIterable {
        case type, data, metadata
    }

    indirect enum Node: Sendable {
        case all([Node])
        case any([Node])
        case not(Node)
        case at(Field, path: [String], Comparison)

        func holds(for subject: Subject) -> Bool {
            switch self {
            case .all(let nodes): nodes.allSatisfy { $0.holds(for: subject) }
            case .any(let nodes): nodes.contains { $0.holds(for: subject) }
            case .not(let node): !node.holds(for: subject)
            case .at(let field, let path, let comparison): comparison.holds(for: subject[field], path[...])
            }
        }
    }
}

/// Why a text is no filter, and where.
package struct EventConditionError: Error, Sendable, Hashable {
    package enum Problem: Sendable, Hashable {
        case expected(String)
        case unknownOperator(String)
        case unknownField(String)
        case emptyName
        case mixed
        case tooDeep
        case tooLarge
        case tooLong
    }

    /// `$.data.priority.$gte`.
    package let path: String
    package let problem: Problem

    /// Stable.
    package var code: String {
        switch problem {
        case .expected: "filter.wrong-type"
        case .unknownOperator: "filter.unknown-operator"
        case .unknownField: "filter.unknown-field"
        case .emptyName: "filter.empty-name"
        case .mixed: "filter.mixed"
        case .tooDeep: "filter.too-deep"
        case .tooLarge: "filter.too-large"
        case .tooLong: "filter.too-long"
        }
    }
}

extension EventConditionError: CustomStringConvertible {
    /// For people.
    package var description: String {
        let problem =
            switch problem {
            case .expected(let what): "expected \(what)"
            case .unknownOperator(let name): "there is no operator \(name)"
            case .unknownField(let name): "\"\(name)\" is not type, data or metadata"
            case .emptyName: "a name is empty"
            case .mixed: "operators and names cannot stand beside each other"
            case .tooDeep: "nested more than \(EventCondition.depthLimit) deep"
            case .tooLarge:
                "more than \(EventCondition.nodeLimit) conditions, \(EventCondition.listLimit) values in a list or 64 KiB in all"
            case .tooLong: "a text is longer than \(EventCondition.textLimit) bytes"
            }
        return "\(path): \(problem)"
    }
}

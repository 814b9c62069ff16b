import HubCore

/// Where a value stands, with names and pointers parsed.
enum CompiledSource: Sendable, Hashable {
    case header(String)
    /// What the part begins with: its name and `=`.
    case part(prefix: String)
    case json(JSONPointer, text: String)
    case form(String)

    init(_ source: ValueSource, field: String) throws(SchemeError) {
        switch source {
        case .header(let name):
            guard !name.isEmpty else { throw .invalidDescription(field: field, reason: "the header has no name") }
            self = .header(name)
        case .part(let name): self = .part(prefix: name + "=")
        case .json(let text):
            guard let pointer = JSONPointer(text) else {
                throw .invalidDescription(field: field, reason: "\"\(text)\" is no JSON Pointer")
            }
            self = .json(pointer, text: text)
        case .form(let name): self = .form(name)
        }
    }

    /// How error texts call it.
    var name: String {
        switch self {
        case .header(let name): name
        case .part(let prefix): "the part \(prefix)"
        case .json(_, let text): "the field \(text)"
        case .form(let name): "the field \(name)"
        }
    }

    var isInBody: Bool {
        switch self {
        case .json, .form: true
        case .header, .part: false
        }
    }
}

/// What is signed, piece by piece.
struct SignatureTemplate: Sendable, Hashable {
    enum Component: Sendable, Hashable {
        case literal([UInt8])
        case value(CompiledSource)
        case method, url, unescapedURL, path, query, sortedQuery, sortedForm, timestamp, id, secret, body
    }

    let components: [Component]

    /// Reads variables in braces; `{{` and `}}` stand for braces.
    init(_ text: String) throws(SchemeError) {
        var components: [Component] = []
        var literal = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            if (character == "{" || character == "}"), rest.first == character {
                literal.append(character)
                rest.removeFirst()
            } else if character == "{" {
                guard let end = rest.firstIndex(of: "}") else { throw Self.fault("a brace is not closed") }
                if !literal.isEmpty { components.append(.literal(Array(literal.utf8))) }
                literal = ""
                components.append(try Self.component(rest[..<end]))
                rest = rest[rest.index(after: end)...]
            } else if character == "}" {
                throw Self.fault("a brace is not opened")
            } else {
                literal.append(character)
            }
        }
        if !literal.isEmpty { components.append(.literal(Array(literal.utf8))) }
        self.components = components
    }

    func uses(_ component: Component) -> Bool { components.contains(component) }

    /// Whether a change of a value at this place would change what is signed.
    func covers(_ source: CompiledSource) -> Bool {
        uses(.value(source)) || (source.isInBody && (uses(.body) || uses(.sortedForm)))
    }

    private static func component(_ text: Substring) throws(SchemeError) -> Component {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 {
            let argument = String(parts[1])
            switch parts[0] {
            case "header": return .value(try CompiledSource(.header(argument), field: "template"))
            case "json": return .value(try CompiledSource(.json(argument), field: "template"))
            case "form": return .value(try CompiledSource(.form(argument), field: "template"))
            default: throw fault("there is no variable {\(text)}")
            }
        }
        guard let component = variables[String(text)] else { throw fault("there is no variable {\(text)}") }
        return component
    }

    private static let variables: [String: Component] = [
        "method": .method, "url": .url, "url_unescaped": .unescapedURL, "path": .path, "query": .query,
        "query_sorted": .sortedQuery, "form_sorted": .sortedForm, "timestamp": .timestamp, "id": .id,
        "secret": .secret, "body": .body,
    ]

    private static func fault(_ reason: String) -> SchemeError {
        .invalidDescription(field: "template", reason: reason)
    }
}

/// Why a user's template gave no text.
package enum TemplateError: Error, Equatable, Sendable {
    case invalid(detail: String)
    /// The result would be longer than allowed.
    case tooLong(limit: Int)
}

extension TemplateError: CustomStringConvertible {
    /// For people.
    package var description: String {
        switch self {
        case .invalid(let detail): detail
        case .tooLong(let limit): "its result is longer than \(limit) characters"
        }
    }
}

/// Renders a user's Mustache template; the engine lives above this layer.
package struct TemplateRenderer: Sendable {
    package var render: @Sendable (_ template: String, _ context: JSON) throws(TemplateError) -> String

    package init(render: @escaping @Sendable (_ template: String, _ context: JSON) throws(TemplateError) -> String) {
        self.render = render
    }
}

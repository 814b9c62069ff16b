/// Why a user's template gave no text.
package enum TemplateError: Error, Hashable, Sendable {
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

/// What keeps a value from being read as part of the template's own language.
package enum TemplateEscaping: String, Sendable, Hashable, CaseIterable {
    /// Markdown and plain text: values stand as they are.
    case none
    /// `{{x}}` is what stands between the quotes of a JSON string; `{{{x}}}` is a whole JSON value, quotes included.
    case json
    /// `{{x}}` is text of XML or HTML; `{{{x}}}` is the value as it is.
    case markup
    /// `{{x}}` is percent-encoded; `{{{x}}}` is the value as it is.
    case form
}

/// Renders a user's Mustache template; the engine lives above this layer.
package struct TemplateRenderer: Sendable {
    private let rendering:
        @Sendable (_ template: String, _ context: JSON, _ escaping: TemplateEscaping) throws(TemplateError) -> String

    package init(
        rendering:
            @escaping @Sendable (
                _ template: String, _ context: JSON, _ escaping: TemplateEscaping
            ) throws(TemplateError) -> String
    ) {
        self.rendering = rendering
    }

    package func render(
        _ template: String, _ context: JSON, escaping: TemplateEscaping = .none
    ) throws(TemplateError) -> String {
        try rendering(template, context, escaping)
    }
}

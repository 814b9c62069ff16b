/// What the catalogue says about an integration; pages, guides and filters are generated from it.
package struct IntegrationDescriptor: Sendable {
    /// In URLs: `github`. Lower case letters, digits and underscores.
    package let slug: String
    /// As the vendor writes it.
    package let name: String
    package let category: Category
    /// One sentence: what arrives and what for.
    package let summary: String
    /// Every event type that ``Integration/read(_:_:)`` can find, for filters and previews.
    package let eventTypes: [EventType]
    /// The signature scheme of new sources, by its name in `WebhookSignatures`.
    package let defaultScheme: String
    package let options: [Option]
    /// In order, one action each; `{url}` and `{secret}` stand for the source's own.
    package let setup: [SetupStep]
    package let documentation: String?

    package enum Category: String, Sendable, CaseIterable {
        case code = "Version control"
        case monitoring = "Monitoring and alerts"
        case chat = "Chat-compatible"
        case generic = "Any tool"
    }

    package struct EventType: Sendable, Hashable {
        package let name: String
        package let summary: String

        package init(_ name: String, _ summary: String) {
            (self.name, self.summary) = (name, summary)
        }
    }

    package struct Option: Sendable, Hashable {
        package let name: String
        package let summary: String
        package let example: String

        package init(_ name: String, _ summary: String, example: String) {
            (self.name, self.summary, self.example) = (name, summary, example)
        }
    }

    package struct SetupStep: Sendable, Hashable {
        /// Markdown.
        package let text: String
        /// What to copy, shown in a box of its own.
        package let code: String?

        package init(_ text: String, code: String? = nil) {
            (self.text, self.code) = (text, code)
        }
    }

    package init(
        slug: String, name: String, category: Category, summary: String, eventTypes: [EventType], defaultScheme: String,
        options: [Option] = [], setup: [SetupStep], documentation: String? = nil
    ) {
        self.slug = slug
        self.name = name
        self.category = category
        self.summary = summary
        self.eventTypes = eventTypes
        self.defaultScheme = defaultScheme
        self.options = options
        self.setup = setup
        self.documentation = documentation
    }
}

/// What the catalogue says about an integration; pages, guides and filters are generated from it.
package struct IntegrationDescriptor: Sendable {
    /// In URLs: `github`. Lower case letters, digits and underscores.
    package let slug: String
    /// As the vendor writes it.
    package let name: String
    package let category: Category
    /// One sentence: what arrives and what for.
    package let summary: String
    /// Every event that ``Integration/read(_:_:)`` can find, for filters and previews: ``VendorEvent/catalogue``.
    /// Empty when there is one kind of event only; filters then do nothing.
    package let eventTypes: [EventType]
    /// The signature scheme of new sources, by its name in `WebhookSignatures`.
    package let defaultScheme: String
    package let options: [Option]
    /// In order, one action each; `{url}` and `{secret}` stand for the source's own.
    package let setup: [SetupStep]
    package let documentation: String?
    package let chatDoor: ChatDoor

    package enum Category: String, Sendable, CaseIterable {
        case code = "Version control"
        case monitoring = "Monitoring and alerts"
        case chat = "Chat-compatible"
        case generic = "Any tool"
    }

    package struct EventType: Sendable, Hashable {
        package let name: String
        package let summary: String
        /// What makes the type finer where the vendor says it: `opened` for `pull_request.opened`.
        package let details: [String]
        /// Those of ``details`` that are left out unless the source asks for them.
        package let quiet: [String]

        package init(_ name: String, _ summary: String, details: [String] = [], quiet: [String] = []) {
            (self.name, self.summary, self.details, self.quiet) = (name, summary, details, quiet)
        }

        /// Whether a finding of this type is of this event.
        package func covers(_ type: String) -> Bool {
            type == name || type.hasPrefix(name + ".") || name == "*"
        }
    }

    /// How this integration differs at the chat-compatible door.
    package struct ChatDoor: Sendable, Hashable {
        package enum Credentials: Sendable, Hashable {
            /// `api_key` in the URL or a form.
            case apiKey
            /// HTTP Basic, the bot's address and key.
            case basic
        }

        package enum Answers: Sendable, Hashable {
            case standard
            /// With `"ok"` beside the rest, as senders for Slack test for it.
            case slack
        }

        package let credentials: Credentials
        package let answers: Answers
        /// Whether the vendor escapes the URL that people enter once more.
        package let unescapesTwice: Bool

        package init(
            credentials: Credentials = .apiKey, answers: Answers = .standard, unescapesTwice: Bool = false
        ) {
            (self.credentials, self.answers, self.unescapesTwice) = (credentials, answers, unescapesTwice)
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
        slug: String, name: String, category: Category, summary: String, eventTypes: [EventType] = [],
        defaultScheme: String, options: [Option] = [], setup: [SetupStep], documentation: String? = nil,
        chatDoor: ChatDoor = ChatDoor()
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
        self.chatDoor = chatDoor
    }
}

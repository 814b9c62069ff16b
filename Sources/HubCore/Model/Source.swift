/// A place that webhooks arrive at.
package struct Source: Sendable, Identified {
    package static let idPrefix = "src"

    package let id: ID<Source>
    package let workspace: WorkspaceID
    /// Part of its URL; the rules of ``WorkspaceID`` hold for it. Unique in the workspace.
    package let name: String
    package var integration: String
    package var verification: Verification
    package var storage: StoragePolicy
    package var options: Options
    /// Set when the chat-compatible door made it by itself.
    package let bot: ID<Bot>?
    package var isDisabled: Bool
    package let createdAt: Timestamp

    /// What is kept of a request.
    package enum StoragePolicy: String, Sendable, CaseIterable {
        case full
        /// The body is dropped once its effects are done.
        case metadata
        /// Neither body nor sender's address, headers or query ever reach the disk.
        case renderOnly = "render_only"
    }

    /// How requests prove where they come from.
    package struct Verification: Sendable {
        /// By its name in `WebhookSignatures`.
        package var scheme: String
        package var secrets: [StoredSecret]
        package var toleranceSeconds: Int64
        package var idempotencyTTLSeconds: Int64
        package var headerPrefix: String
        /// Settings of the scheme beyond these, by name: `header`, `allow`, `public_url`, …
        package var settings: JSON.Object

        package init(
            scheme: String, secrets: [StoredSecret] = [], toleranceSeconds: Int64 = 300,
            idempotencyTTLSeconds: Int64 = 604_800, headerPrefix: String = "X-IW", settings: JSON.Object = .init()
        ) {
            self.scheme = scheme
            self.secrets = secrets
            self.toleranceSeconds = toleranceSeconds
            self.idempotencyTTLSeconds = idempotencyTTLSeconds
            self.headerPrefix = headerPrefix
            self.settings = settings
        }
    }

    /// Where its messages go and which events are wanted.
    package struct Options: Sendable {
        /// Name, number or id of a stream; nil: the payload or the default decides.
        package var stream: String?
        package var topic: String?
        package var onlyEvents: [String]?
        package var excludeEvents: [String]
        /// Events that are quiet unless they are asked for, and are asked for here.
        package var includeEvents: [String]
        /// Where the payload may name the conversation; nil: the usual places.
        package var conversationPointer: String?
        package var topicPointer: String?
        /// Globs over conversation addresses (`local:ops/*`); nil: any local stream.
        package var allowedConversations: [String]?
        package var maxBodyBytes: Int
        /// Requests a minute; nil: unlimited.
        package var ratePerMinute: Int?
        /// The integration's own, by name.
        package var integration: Fields

        package init() {
            stream = nil
            topic = nil
            onlyEvents = nil
            excludeEvents = []
            includeEvents = []
            conversationPointer = nil
            topicPointer = nil
            allowedConversations = nil
            maxBodyBytes = 1 << 20
            ratePerMinute = nil
            integration = Fields()
        }
    }

    package init(
        id: ID<Source>, workspace: WorkspaceID, name: String, integration: String, verification: Verification,
        storage: StoragePolicy = .full, options: Options = .init(), bot: ID<Bot>? = nil, createdAt: Timestamp
    ) {
        self.id = id
        self.workspace = workspace
        self.name = name
        self.integration = integration
        self.verification = verification
        self.storage = storage
        self.options = options
        self.bot = bot
        self.createdAt = createdAt
        isDisabled = false
    }
}

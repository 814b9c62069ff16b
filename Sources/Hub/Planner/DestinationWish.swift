package import HubCore
package import HubStorage

/// Where a message is wanted: what the URL says, what the payload says, or exactly one place.
package struct DestinationWish: Sendable {
    /// `?conversation=` or its alias: an address.
    package var conversation: String?
    /// `?stream=`: a name, number or id.
    package var stream: String?
    package var topic: String?
    /// The payload, where the source's pointers look.
    package var document: JSON?
    /// When set, nothing else counts.
    package var fixed: Effect.Post.Place?

    package init(
        conversation: String? = nil, stream: String? = nil, topic: String? = nil, document: JSON? = nil,
        fixed: Effect.Post.Place? = nil
    ) {
        self.conversation = conversation
        self.stream = stream
        self.topic = topic
        self.document = document
        self.fixed = fixed
    }

    struct Resolution {
        /// Nil: to the owner.
        var place: Effect.Post.Place?
        var topic: String?
        /// What the owner should hear about the choice.
        var trouble: String?
    }

    /// The first that is given counts: the source's stream, the URL, the payload; else the owner.
    ///
    /// A source that lists `allowed_conversations` lets URL and payload choose among them; its own stream is then the
    /// place for everything else.
    func resolve(in configuration: WorkspaceConfiguration, _ sender: Planner.Sender) -> Resolution {
        if let fixed { return Resolution(place: fixed, topic: topic) }
        let options = sender.source?.options
        let topic = options?.topic ?? topic ?? pointed(options?.topicPointer, defaults: [])
        let isOpen = options?.stream == nil || options?.allowedConversations != nil
        guard isOpen, let wish = wish(options) else {
            guard let stream = options?.stream else { return Resolution(topic: topic) }
            return place(.stream(stream, topic: nil), in: configuration, sender, topic: topic)
        }
        if let allowed = options?.allowedConversations,
            !allowed.contains(where: { Glob($0).matches(wish.address(in: configuration)) })
        {
            let trouble = "The conversation \(wish) is not among this source's allowed_conversations."
            guard let stream = options?.stream else { return Resolution(topic: topic, trouble: trouble) }
            var resolution = place(.stream(stream, topic: nil), in: configuration, sender, topic: topic)
            resolution.trouble = resolution.trouble ?? trouble
            return resolution
        }
        return place(wish, in: configuration, sender, topic: topic)
    }

    private func wish(_ options: Source.Options?) -> ConversationAddress? {
        if let conversation { return ConversationAddress(conversation) }
        if let stream { return .stream(stream, topic: nil) }
        let text = pointed(options?.conversationPointer, defaults: ["/conversationId", "/data/conversation_id"])
        return text.flatMap(ConversationAddress.init)
    }

    private func pointed(_ pointer: String?, defaults: [String]) -> String? {
        guard let document else { return nil }
        let texts = (pointer.map { [$0] } ?? defaults).compactMap { JSONPointer($0) }.compactMap { pointer in
            switch document[pointer] {
            case .string(let text): text
            case .number(let number): number.literal
            default: nil
            }
        }
        return texts.first { !$0.isEmpty }
    }

    private func place(
        _ address: ConversationAddress, in configuration: WorkspaceConfiguration, _ sender: Planner.Sender,
        topic: String?
    ) -> Resolution {
        switch address {
        case .stream(let name, let ownTopic):
            let topic = topic ?? ownTopic
            if let stream = configuration.stream(matching: name) {
                return Resolution(place: .stream(stream.id), topic: topic)
            }
            let isName = Int64(name) == nil && ID<Stream>(name) == nil && name.count <= Stream.nameLimit
            if sender.mayCreateStreams, isName {
                return Resolution(place: .streamNamed(name), topic: topic)
            }
            return Resolution(topic: topic, trouble: "The stream “\(name)” does not exist, so this came to you.")
        case .person(let email):
            guard let person = configuration.person(email: email) else {
                return Resolution(topic: topic, trouble: "There is no person \(email), so this came to you.")
            }
            return Resolution(place: .direct(person.id), topic: topic)
        }
    }
}

/// Where people read, as text: `local:stream/topic`, `local:@person`; without a system it is local.
package enum ConversationAddress: Sendable, Hashable, CustomStringConvertible {
    case stream(String, topic: String?)
    /// By e-mail address.
    case person(String)

    /// - Returns: nil for an empty address, or one on another system.
    package init?(_ text: String) {
        var rest = text.trimmed()[...]
        if rest.hasPrefix("local:") { rest = rest.dropFirst(6) }
        guard !rest.isEmpty else { return nil }
        if rest.hasPrefix("@") {
            self = .person(String(rest.dropFirst()))
        } else if let slash = rest.firstIndex(of: "/"), slash != rest.startIndex {
            let topic = rest[rest.index(after: slash)...]
            self = .stream(String(rest[..<slash]), topic: topic.isEmpty ? nil : String(topic))
        } else {
            self = .stream(String(rest), topic: nil)
        }
    }

    package var description: String {
        switch self {
        case .stream(let name, let topic): topic.map { "local:\(name)/\($0)" } ?? "local:\(name)"
        case .person(let email): "local:@\(email)"
        }
    }

    /// As allow-lists are written: with the stream's own name, whether the wish had its number, id or name.
    func address(in configuration: WorkspaceConfiguration) -> String {
        guard case .stream(let name, let topic) = self, let stream = configuration.stream(matching: name) else {
            return description
        }
        return Self.stream(stream.name, topic: topic).description
    }
}

package import HubCore
package import HubStorage

/// Decides what follows from what was read. Pure: sees the event and a snapshot of the configuration, nothing else.
package struct Planner: Sendable {
    /// Who sent it and where it may go.
    package struct Sender: Sendable {
        package let message: Message.Sender
        /// Who hears what has no place of its own, and what went wrong.
        package let owner: ID<Person>?
        /// Whether a message to a stream that does not exist makes it.
        package let mayCreateStreams: Bool
        package let source: Source?

        package init(message: Message.Sender, owner: ID<Person>?, mayCreateStreams: Bool, source: Source?) {
            self.message = message
            self.owner = owner
            self.mayCreateStreams = mayCreateStreams
            self.source = source
        }

        /// The hub itself.
        static let hub = Sender(message: .hub, owner: nil, mayCreateStreams: false, source: nil)
    }

    /// What was read, and the circumstances of it.
    package struct Input: Sendable {
        package let origin: Event.Origin
        package let request: ID<Request>?
        package let cause: Cause?
        package let trace: TraceContext?
        package let findings: [Finding]
        package let destination: DestinationWish
        /// Whether the owner may be told of trouble now; they are not told again and again.
        package let mayNotify: Bool
        package let now: Timestamp
        package init(
            origin: Event.Origin, request: ID<Request>?, cause: Cause? = nil, trace: TraceContext? = nil,
            findings: [Finding],
            destination: DestinationWish, mayNotify: Bool, now: Timestamp
        ) {
            self.origin = origin
            self.request = request
            self.cause = cause
            self.trace = trace
            self.findings = findings
            self.destination = destination
            self.mayNotify = mayNotify
            self.now = now
        }
    }

    package struct Result: Sendable {
        package var events: [Event] = []
        package var effects: [Effect] = []
        /// What events say that no request holds.
        package var contents: [ID<Event>: EventContent] = [:]
    }

    let configuration: WorkspaceConfiguration
    let sender: Sender

    package init(configuration: WorkspaceConfiguration, sender: Sender) {
        (self.configuration, self.sender) = (configuration, sender)
    }

    package func plan(_ input: Input) -> Result {
        var result = Result()
        var mayNotify = input.mayNotify
        var echoes: [Happening] = []
        var newStreams: [String: ID<HubCore.Stream>] = [:]
        for finding in input.findings {
            let event = event(for: finding, input)
            result.events.append(event)
            var posts: [Effect] = []
            defer { echoes += self.echoes(of: event, finding, posts, input) }
            switch finding.meaning {
            case .message(let draft):
                posts = self.posts(of: draft, event, input, mayNotify: &mayNotify)
                echoes += makeStreams(for: &posts, of: event, among: &newStreams)
                result.effects += posts
            case .transcript(let draft):
                guard let source = sender.source else { continue }
                result.effects.append(
                    .mergeTranscript(
                        Effect.Merge(
                            draft: draft, source: source.id, event: event.id,
                            consequences: ingestion(from: source, event))))
            case .ignored:
                break
            case .unreadable(let error):
                let text =
                    "An event `\(finding.type)` could not be read: \(error). It is kept in the log and can be replayed."
                result.effects += notice(text, event, &mayNotify)
            }
        }
        // After all that was received: a request's events have consecutive numbers.
        for echo in echoes { add(echo, to: &result, at: input.now) }
        return result
    }

    private func event(for finding: Finding, _ input: Input) -> Event {
        let outcome: Event.Outcome =
            switch finding.meaning {
            case .message: .message
            case .transcript: .transcript
            case .ignored(let reason): .ignored(reason: "\(reason)")
            case .unreadable(let error): .unreadable(reason: "\(error)")
            }
        return Event(
            id: .make(at: input.now), workspace: configuration.workspace.id, origin: input.origin,
            source: sender.source?.id, request: input.request, type: finding.type, externalID: finding.externalID,
            cause: input.cause?.event, depth: input.cause.map { $0.depth + 1 } ?? 0,
            trace: input.trace, outcome: outcome, createdAt: input.now)
    }

    // MARK: Messages

    private func posts(
        of draft: MessageDraft, _ event: Event, _ input: Input, mayNotify: inout Bool
    ) -> [Effect] {
        let resolved = input.destination.resolve(in: configuration, sender)
        var draft = draft
        if let topic = resolved.topic { draft.topic = topic }
        if let place = resolved.place {
            let post = Effect.post(
                Effect.Post(
                    id: .make(at: input.now), place: place, sender: sender.message, draft: draft.truncated(),
                    event: event.id))
            return resolved.trouble.map { [post] + notice($0, event, &mayNotify) } ?? [post]
        }
        guard let owner = sender.owner ?? configuration.firstAdmin?.id else { return [] }
        // An unknown stream never loses a message: it goes to the owner with the reason.
        if let trouble = resolved.trouble { draft.body = "*\(trouble)*\n\n\(draft.body)" }
        return [
            .post(
                Effect.Post(
                    id: .make(at: input.now), place: .direct(owner), sender: sender.message, draft: draft.truncated(),
                    event: event.id))
        ]
    }

    private func notice(_ text: String, _ event: Event, _ mayNotify: inout Bool) -> [Effect] {
        guard mayNotify, let owner = sender.owner ?? configuration.firstAdmin?.id else { return [] }
        mayNotify = false
        let name = sender.source?.name ?? "messages"
        let draft = MessageDraft(topic: "Source \(name)", body: text, severity: .warning)
        return [
            .post(
                Effect.Post(
                    id: .make(at: event.createdAt), place: .direct(owner), sender: .hub, draft: draft.truncated(),
                    event: event.id))
        ]
    }
}

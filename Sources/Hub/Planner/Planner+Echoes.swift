import HubCore
import HubStorage

extension Planner {
    /// What a received event looks like from outside, for endpoints that want to hear of it.
    ///
    /// Nothing of a source that keeps no payloads goes out but what the event is called.
    func echoes(of event: Event, _ finding: Finding, _ posts: [Effect], _ input: Input) -> [Happening] {
        guard !configuration.endpoints.isEmpty, event.origin == .received || !posts.isEmpty else { return [] }
        var echoes: [Happening] = []
        if let source = sender.source, event.origin == .received, isWanted(.sourceEventReceived) {
            echoes.append(received(event, finding, source, input))
        }
        if isWanted(.messageCreated) {
            for case .post(let post) in posts {
                // What is said to one person is for nobody else.
                guard let stream = streamName(of: post.place) else { continue }
                echoes.append(created(post, in: stream, event))
            }
        }
        return echoes.map { $0.following(event) }
    }

    /// Gives the streams that messages make their ids, and tells of each once.
    ///
    /// - Parameter known: those that the same plan makes already, by their folded names.
    func makeStreams(
        for posts: inout [Effect], of event: Event, among known: inout [String: ID<HubCore.Stream>]
    ) -> [Happening] {
        var told: [Happening] = []
        for (position, effect) in posts.enumerated() {
            guard case .post(var post) = effect, case .streamNamed(let name) = post.place else { continue }
            let folded = Stream.foldedName(name)
            // An archived one of this name takes the message as it is.
            guard !configuration.streams.contains(where: { Stream.foldedName($0.name) == folded }) else { continue }
            let stream = Stream(
                id: known[folded] ?? .make(at: event.createdAt), workspace: event.workspace, number: 0,
                name: name.trimmed(), createdAt: event.createdAt)
            if known.updateValue(stream.id, forKey: folded) == nil, isWanted(.conversationCreated) {
                told.append(Happening(madeBy: actor(sender.message), stream).following(event))
            }
            post.newStream = stream.id
            posts[position] = .post(post)
        }
        return told
    }

    private func actor(_ sender: Message.Sender) -> RecordActor {
        switch sender {
        case .person(let id):
            configuration.person(id).map { RecordActor($0) } ?? RecordActor(kind: .person, id: "\(id)", name: "")
        case .bot(let id): RecordActor(kind: .bot, id: "\(id)", name: configuration.bot(id)?.name ?? "")
        case .source(let id): RecordActor(kind: .system, id: "\(id)", name: configuration.source(id)?.name ?? "")
        case .hub: .hub
        }
    }

    private func received(_ event: Event, _ finding: Finding, _ source: Source, _ input: Input) -> Happening {
        var summary: JSON = .null
        if case .message(let draft) = finding.meaning { summary = .string(draft.topic) }
        let data: JSON = [
            "event": [
                "id": .string("\(event.id)"), "type": .string(event.type), "external_id": JSON(event.externalID),
                "source": .string(source.name), "integration": .string(source.integration),
                "received_at": .string(event.createdAt.rfc3339),
            ],
            "summary": source.storage == .full ? summary : .null,
            "data": source.storage == .full ? input.destination.document ?? .null : .null,
        ]
        return Happening(type: .sourceEventReceived, data: data)
    }

    func created(_ post: Effect.Post, in stream: String, _ event: Event) -> Happening {
        Happening(
            type: .messageCreated,
            data: [
                "message": [
                    "id": .string("\(post.id)"), "stream": .string(stream), "topic": .string(post.draft.topic),
                    "sender": senderDocument(post.sender), "body": .string(post.draft.body),
                    "severity": .string(post.draft.severity.rawValue),
                    "created_at": .string(event.createdAt.rfc3339), "event_id": .string("\(event.id)"),
                ]
            ])
    }

    /// What is told of a transcript once it is known what became of it.
    func ingestion(from source: Source, _ event: Event) -> (@Sendable (TranscriptChange) -> Plan?)? {
        guard isWanted(.transcriptIngested) else { return nil }
        let configuration = configuration
        return { change in
            let happening = Happening(change, from: source).following(event)
            return Plan.internal([happening], nil, in: configuration, at: event.createdAt)
        }
    }

    private func streamName(of place: Effect.Post.Place) -> String? {
        switch place {
        case .stream(let id): configuration.stream(id)?.name
        case .streamNamed(let name): name
        case .direct: nil
        }
    }

    private func senderDocument(_ sender: Message.Sender) -> JSON {
        switch sender {
        case .source(let id): ["kind": "source", "name": JSON(configuration.source(id)?.name)]
        case .bot(let id): ["kind": "bot", "name": JSON(configuration.bot(id)?.name)]
        case .person(let id): ["kind": "person", "name": JSON(configuration.person(id)?.name)]
        case .hub: ["kind": "hub", "name": "hub"]
        }
    }
}

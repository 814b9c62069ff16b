import HTTPTypes
import Hub
import HubCore
import HubStorage

/// Stored AI conversations.
enum TranscriptCalls {
    static let all = [
        Call(
            .get, "/v1/transcripts", "Transcripts, newest first, without what was said", .workspace(.read),
            .list(of: shape),
            query: [
                .optional(
                    "source", .text, "Name or id of a source, or where its payload says the conversation is from."),
                .optional("label", .text(1...200)),
                .optional("q", .text(0...200), "Words to find in title and talk; a star finds beginnings: `deploy*`."),
                .optional("since", .moment, "Changed since."),
            ] + Shape.Member.paging, answer: list),
        Call(
            .get, "/v1/transcripts/{transcript}", "One transcript with all that was said", .workspace(.read),
            .document(whole), answer: show),
    ]

    private static let reference = Shape.object([
        .required("url", .text), .required("title", .text.orNull), .required("content_type", .text.orNull),
    ])
    private static let members: [Shape.Member] = [
        .required("id", .text), .required("source", .text.orNull, "Its name, while it exists."),
        .required("source_id", .text), .required("session_id", .text, "The sender's id of the conversation."),
        .required("title", .text.orNull), .required("origin", .text.orNull, "chatgpt, claude, …; as the payload says."),
        .required("actor", .object([.required("id", .text.orNull), .required("email", .text.orNull)])),
        .required("labels", .list(of: .text)), .required("links", .list(of: reference)),
        .required("attachments", .list(of: reference)), .required("created_at", .moment),
        .required("updated_at", .moment),
    ]

    private static let shape = Shape.named("Transcript", members)
    private static let whole = Shape.named(
        "WholeTranscript",
        members + [
            .required(
                "messages",
                .list(
                    of: .object([
                        .required("id", .text.orNull, "The sender's."), .required("role", .text),
                        .required("content", .text), .required("at", .moment.orNull),
                        .required("metadata", .anything),
                    ]), limit: 1_000_000))
        ])

    // MARK: Answers

    private static func list(_ call: CallContext) async throws -> CallAnswer {
        let configuration = try await call.configuration()
        var query = TranscriptQuery()
        if let name = call.query["source"].filledText {
            // People think of the system that they talked with; the source is only the door it came in by.
            query.source = configuration.source(matching: name)?.id
            if query.source == nil { query.origin = name }
        }
        query.label = call.query["label"].text
        query.text = call.query["q"].text
        query.since = call.moment(call.query["since"])
        let page = try await call.hub.store.transcripts(of: try call.workspace, query, try call.page())
        return .list(page.elements.map { .object(document($0, configuration)) }, next: page.next)
    }

    private static func show(_ call: CallContext) async throws -> CallAnswer {
        let id: ID<Transcript> = try call.id("transcript", "transcript")
        guard let transcript = try await call.hub.store.transcript(id, in: try call.workspace) else {
            throw ManagementError.notFound(what: "transcript")
        }
        var document = document(transcript, try await call.configuration())
        document["messages"] = .array(
            transcript.content.entries.map { entry in
                [
                    "id": JSON(entry.externalID), "role": .string(entry.role), "content": .string(entry.content),
                    "at": JSON(entry.at), "metadata": entry.metadata,
                ]
            })
        return .document(.object(document))
    }

    private static func document(_ transcript: Transcript, _ configuration: WorkspaceConfiguration) -> JSON.Object {
        let content = transcript.content
        let actor: JSON = ["id": JSON(content.actorID), "email": JSON(content.actorEmail)]
        return JSON.Object([
            ("id", JSON(transcript.id)), ("source", JSON(configuration.source(transcript.source)?.name)),
            ("source_id", JSON(transcript.source)), ("session_id", .string(content.session)),
            ("title", JSON(content.title)), ("origin", JSON(content.origin)),
            ("actor", actor),
            ("labels", .array(content.labels.map(JSON.string))), ("links", references(content.links)),
            ("attachments", references(content.attachments)), ("created_at", JSON(transcript.createdAt)),
            ("updated_at", JSON(transcript.updatedAt)),
        ])
    }

    private static func references(_ references: [TranscriptDraft.Reference]) -> JSON {
        .array(
            references.map { reference in
                [
                    "url": .string(reference.url), "title": JSON(reference.title),
                    "content_type": JSON(reference.contentType),
                ]
            })
    }
}

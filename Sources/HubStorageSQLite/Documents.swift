import HubCore
import HubStorage

/// How values without a column of their own lie in JSON cells.
enum Documents {
    // MARK: Requests

    /// Written straight to bytes: every request has one.
    static func write(_ arrival: Request.Arrival, to writer: inout JSONWriter) {
        writer.write(raw: "{\"method\":")
        writer.write(arrival.method)
        writer.write(raw: ",\"path\":")
        writer.write(arrival.path)
        if let query = arrival.query {
            writer.write(raw: ",\"query\":")
            writer.write(query)
        }
        if let remoteAddress = arrival.remoteAddress {
            writer.write(raw: ",\"remote\":")
            writer.write(remoteAddress)
        }
        writer.write(raw: ",\"headers\":[")
        for (index, field) in arrival.headers.fields.enumerated() {
            writer.write(raw: index == 0 ? "[" : ",[")
            writer.write(field.name)
            writer.write(raw: ",")
            writer.write(field.value)
            writer.write(raw: "]")
        }
        writer.write(raw: "]}")
    }

    static func arrival(_ document: JSON) -> Request.Arrival? {
        guard let method = document["method"]?.string, let path = document["path"]?.string else { return nil }
        let headers = (document["headers"]?.array ?? []).compactMap { pair -> (String, String)? in
            guard let pair = pair.array, pair.count == 2, let name = pair[0].string, let value = pair[1].string else {
                return nil
            }
            return (name, value)
        }
        return Request.Arrival(
            method: method, path: path, query: document["query"]?.string, headers: Fields(headers),
            remoteAddress: document["remote"]?.string)
    }

    static func write(_ verification: VerificationRecord, to writer: inout JSONWriter) {
        writer.write(raw: "{\"scheme\":")
        writer.write(verification.scheme)
        writer.write(raw: ",\"verdict\":")
        writer.write(verification.verdict)
        if let index = verification.secretIndex {
            writer.write(raw: ",\"secret\":")
            writer.write(JSON(index))
        }
        if let signedAt = verification.signedAt {
            writer.write(raw: ",\"signed_at\":")
            writer.write(JSON(signedAt.milliseconds))
        }
        if let key = verification.idempotencyKey {
            writer.write(raw: ",\"key\":")
            writer.write(key)
        }
        writer.write(raw: "}")
    }

    static func verification(_ document: JSON) -> VerificationRecord {
        VerificationRecord(
            scheme: document["scheme"]?.string ?? "", verdict: document["verdict"]?.string ?? "",
            secretIndex: document["secret"]?.int64.map { Int($0) },
            signedAt: document["signed_at"]?.int64.map(Timestamp.init(milliseconds:)),
            idempotencyKey: document["key"]?.string)
    }

    // MARK: Messages

    static func text(ofKeys keys: [String]) -> String? {
        keys.isEmpty ? nil : JSON.array(keys.map(JSON.string)).text
    }

    static func columns(of sender: Message.Sender) -> (kind: String, id: UUIDv7?) {
        switch sender {
        case .source(let id): ("source", id.uuid)
        case .bot(let id): ("bot", id.uuid)
        case .person(let id): ("person", id.uuid)
        case .hub: ("hub", nil)
        }
    }

    static func sender(_ row: SQLRow, kind: Int32, id: Int32) throws -> Message.Sender {
        switch row.text(kind) {
        case "source": .source(try row.id(id))
        case "bot": .bot(try row.id(id))
        case "person": .person(try row.id(id))
        default: .hub
        }
    }

    // MARK: Transcripts

    static func json(of references: [TranscriptDraft.Reference]) -> JSON {
        .array(
            references.map { reference in
                ["url": .string(reference.url), "title": JSON(reference.title), "type": JSON(reference.contentType)]
            })
    }

    static func text(of references: [TranscriptDraft.Reference]) -> String { json(of: references).text }

    static func references(_ document: JSON) -> [TranscriptDraft.Reference] {
        (document.array ?? []).compactMap { reference in
            reference["url"]?.string.map {
                TranscriptDraft.Reference(
                    url: $0, title: reference["title"]?.string, contentType: reference["type"]?.string)
            }
        }
    }

    // MARK: Workspaces and sources

    static func text(of workspace: Workspace) -> String {
        var document = JSON.Object([
            ("name", .string(workspace.name)), ("bodies_days", JSON(workspace.retention.bodiesDays)),
            ("metadata_days", JSON(workspace.retention.metadataDays)),
        ])
        document["alerts_stream"] = workspace.alertsStream.map { .string("\($0)") }
        return JSON.object(document).text
    }

    static func workspace(id: WorkspaceID, _ document: JSON, createdAt: Timestamp) -> Workspace {
        var retention = Retention.standard
        if let days = document["bodies_days"]?.int64 { retention.bodiesDays = Int(days) }
        if let days = document["metadata_days"]?.int64 { retention.metadataDays = Int(days) }
        return Workspace(
            id: id, name: document["name"]?.string ?? id.slug, createdAt: createdAt, retention: retention,
            alertsStream: document["alerts_stream"]?.string.flatMap { ID($0) })
    }

    /// Everything of a source but its columns and its secrets.
    static func text(of source: Source) -> String {
        let verification = source.verification
        let options = source.options
        var document = JSON.Object()
        document["integration"] = .string(source.integration)
        document["scheme"] = .string(verification.scheme)
        document["tolerance_seconds"] = JSON(verification.toleranceSeconds)
        document["idempotency_ttl_seconds"] = JSON(verification.idempotencyTTLSeconds)
        document["header_prefix"] = .string(verification.headerPrefix)
        document["settings"] = .object(verification.settings)
        document["storage"] = .string(source.storage.rawValue)
        document["stream"] = options.stream.map(JSON.string)
        document["topic"] = options.topic.map(JSON.string)
        document["only_events"] = options.onlyEvents.map { .array($0.map(JSON.string)) }
        document["exclude_events"] = .array(options.excludeEvents.map(JSON.string))
        document["include_events"] = .array(options.includeEvents.map(JSON.string))
        document["conversation_pointer"] = options.conversationPointer.map(JSON.string)
        document["topic_pointer"] = options.topicPointer.map(JSON.string)
        document["allowed_conversations"] = options.allowedConversations.map { .array($0.map(JSON.string)) }
        document["max_body_bytes"] = JSON(options.maxBodyBytes)
        document["rate_per_minute"] = options.ratePerMinute.map { JSON($0) }
        document["options"] = .array(options.integration.fields.map { [.string($0.name), .string($0.value)] })
        return JSON.object(document).text
    }

    static func verification(ofSource document: JSON, secrets: [StoredSecret]) -> Source.Verification {
        Source.Verification(
            scheme: document["scheme"]?.string ?? "signed", secrets: secrets,
            toleranceSeconds: document["tolerance_seconds"]?.int64 ?? 300,
            idempotencyTTLSeconds: document["idempotency_ttl_seconds"]?.int64 ?? 604_800,
            headerPrefix: document["header_prefix"]?.string ?? "X-IW",
            settings: document["settings"]?.object ?? JSON.Object())
    }

    static func options(_ document: JSON) -> Source.Options {
        var options = Source.Options()
        options.stream = document["stream"]?.string
        options.topic = document["topic"]?.string
        options.onlyEvents = document["only_events"]?.array?.compactMap(\.string)
        options.excludeEvents = document["exclude_events"]?.array?.compactMap(\.string) ?? []
        options.includeEvents = document["include_events"]?.array?.compactMap(\.string) ?? []
        options.conversationPointer = document["conversation_pointer"]?.string
        options.topicPointer = document["topic_pointer"]?.string
        options.allowedConversations = document["allowed_conversations"]?.array?.compactMap(\.string)
        if let limit = document["max_body_bytes"]?.int64 { options.maxBodyBytes = Int(limit) }
        options.ratePerMinute = document["rate_per_minute"]?.int64.map { Int($0) }
        options.integration = Fields(
            (document["options"]?.array ?? []).compactMap { pair -> (String, String)? in
                guard let pair = pair.array, pair.count == 2, let name = pair[0].string, let value = pair[1].string
                else { return nil }
                return (name, value)
            })
        return options
    }
}

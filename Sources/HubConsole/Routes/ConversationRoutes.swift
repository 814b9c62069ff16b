import Hub
import HubCore
import HubStorage
import HubText

enum ConversationRoutes {
    static let all: [Route<Visit>] = [
        .get("/streams", newest), .get("/streams/:stream", stream), .get("/direct", direct), .get("/search", search),
        .post("/messages", .write, send),
    ]

    private static let pageSize = 60

    /// What a page of messages is of.
    private struct Place {
        var heading: String
        var lede: String?
        var path: String
        var query = MessageQuery()
        var stream: HubCore.Stream?
        var topic: String?
        /// Whether the page names one conversation, so that its messages need not.
        var isOne: Bool { stream != nil }
    }

    @Sendable private static func newest(_ visit: Visit) async throws -> ConsoleResponse {
        let place = Place(heading: "Conversations", lede: "The newest messages of all streams.", path: "/streams")
        return try await show(place, visit, empty: "Messages appear here when a source sends, or someone writes.")
    }

    @Sendable private static func stream(_ visit: Visit) async throws -> ConsoleResponse {
        // The number alone counts; the name behind it is for people.
        let number = visit.parameters["stream"]?.prefix { $0.isNumber } ?? ""
        guard let stream = visit.configuration.streams.first(where: { "\($0.number)" == number }) else {
            return visit.notFound
        }
        return try await show(stream, topic: visit.text("topic"), visit)
    }

    private static func show(
        _ stream: HubCore.Stream, topic: String?, _ visit: Visit, _ faults: FormFaults = FormFaults()
    ) async throws -> ConsoleResponse {
        var place = Place(heading: stream.name, lede: stream.description, path: Visit.path(of: stream))
        place.stream = stream
        place.topic = topic
        place.query.stream = stream.id
        place.query.topic = topic
        if let topic { (place.heading, place.lede) = (topic, "In \(stream.name)") }
        return try await show(
            place, visit, empty: "Fix this stream in a source’s settings, or write the first message.", faults)
    }

    @Sendable private static func direct(_ visit: Visit) async throws -> ConsoleResponse {
        var place = Place(heading: "Directly to you", lede: "Nobody else reads these.", path: "/direct")
        place.query.direct = visit.person.id
        return try await show(
            place, visit, empty: "What has no place of its own comes here: notices, and bots’ messages.")
    }

    @Sendable private static func search(_ visit: Visit) async throws -> ConsoleResponse {
        guard let text = visit.text("q") else { return .redirect(to: "/streams") }
        var place = Place(heading: "“\(text)”", lede: "Found in all streams.", path: "/search")
        place.query.text = text
        return try await show(place, visit, empty: "No message has these words. Try fewer.")
    }

    // MARK: The page

    private static func show(
        _ place: Place, _ visit: Visit, empty: String, _ faults: FormFaults = FormFaults()
    ) async throws -> ConsoleResponse {
        let cursor = visit.text("before").flatMap(Int64.init)
        let page = try await visit.store.messages(
            of: visit.workspace, place.query, PageRequest(.before(cursor), limit: pageSize))
        let readable = page.elements.filter(visit.mayRead)
        // Search results stay newest first; a conversation reads downwards.
        let ordered = place.query.text == nil ? Array(readable.reversed()) : readable
        let link = { (before: Int64?) in
            URLQuery.link(
                place.path, ["topic": place.topic, "q": place.query.text, "before": before.map { "\($0)" }])
        }
        let view = ConversationsView(
            crumbs: crumbs(place), heading: place.heading, lede: place.lede.flatMap { $0.isEmpty ? nil : $0 },
            text: place.query.text ?? "", streams: try await streams(visit, place),
            messages: withDays(ordered, visit, place), hasMessages: !ordered.isEmpty, older: page.next.map(link),
            newer: cursor == nil ? nil : link(nil) + ConversationsView.newest, emptyHeading: "Nothing here yet",
            emptyText: empty,
            composer: place.stream.flatMap { stream in
                guard visit.may(.write), !stream.isArchived else { return nil }
                let entered = faults.isEmpty ? [:] : visit.entered("topic", "content")
                return .init(
                    stream: "\(stream.id)", topic: entered["topic"] ?? place.topic ?? "",
                    content: entered["content"] ?? "", faults: faults.beside)
            })
        return visit.page(view, .conversations, title: place.heading, status: faults.status)
    }

    private static func crumbs(_ place: Place) -> [LinkView] {
        guard place.path != "/streams" else { return [] }
        let all = LinkView(label: "Conversations", href: "/streams" + ConversationsView.newest)
        guard let stream = place.stream, place.topic != nil else { return [all] }
        return [all, LinkView(label: stream.name, href: Visit.path(of: stream) + ConversationsView.newest)]
    }

    private static func withDays(_ messages: [Message], _ visit: Visit, _ place: Place) -> [MessageView] {
        var day: Int64?
        return messages.map { message in
            let own = TimeView.dayNumber(message.createdAt)
            defer { day = own }
            let mark = own == day || place.query.text != nil ? nil : TimeView.dayName(message.createdAt, now: visit.now)
            return visit.view(message, isInPlace: place.isOne, day: mark)
        }
    }

    private static func streams(_ visit: Visit, _ place: Place) async throws -> [ConversationsView.Stream] {
        func entry(_ label: String, _ href: String, note: String? = nil) -> ConversationsView.Stream {
            .init(
                label: label, href: href == "/transcripts" ? href : href + ConversationsView.newest, note: note,
                isCurrent: place.path == href && place.topic == nil, topics: [], hasTopics: false)
        }
        var entries = [entry("All streams", "/streams"), entry("Directly to you", "/direct")]
        for stream in visit.configuration.streams.sorted(by: { $0.number < $1.number }) {
            guard !stream.isArchived || stream.id == place.stream?.id else { continue }
            guard stream.id == place.stream?.id else {
                entries.append(entry(stream.name, Visit.path(of: stream)))
                continue
            }
            let topics = try await visit.store.topics(of: stream.id, limit: 40).map { topic in
                ConversationsView.Topic(
                    label: topic.topic.isEmpty ? "(no topic)" : topic.topic,
                    href: URLQuery.link(Visit.path(of: stream), ["topic": topic.topic]) + ConversationsView.newest,
                    note: "\(topic.messages)", isCurrent: topic.topic == place.topic)
            }
            entries.append(
                .init(
                    label: stream.name, href: Visit.path(of: stream) + ConversationsView.newest,
                    note: stream.isArchived ? "archived" : nil,
                    isCurrent: place.topic == nil, topics: topics, hasTopics: !topics.isEmpty))
        }
        return entries + [entry("Transcripts", "/transcripts")]
    }

    // MARK: Writing

    @Sendable private static func send(_ visit: Visit) async throws -> ConsoleResponse {
        guard let stream = visit.text("stream").flatMap({ visit.configuration.stream(matching: $0) }) else {
            return visit.notFound
        }
        let topic = visit.text("topic") ?? ""
        let back = URLQuery.link(Visit.path(of: stream), ["topic": topic])
        let content = visit.form["content"] ?? ""
        func again(_ field: String, _ text: String) async throws -> ConsoleResponse {
            try await show(stream, topic: nil, visit, FormFaults(field, text))
        }
        guard !topic.isEmpty, topic.count <= MessageDraft.topicLimit else {
            return try await again("topic", "Must be 1 to \(MessageDraft.topicLimit) characters.")
        }
        guard content.count <= MessageDraft.bodyLimit else {
            return try await again("content", "Must be at most \(MessageDraft.bodyLimit) characters.")
        }
        do throws(SubmissionError) {
            _ = try await visit.hub.send(
                MessageSubmission(recipient: .stream("\(stream.id)"), topic: topic, content: content),
                from: .person(visit.person), at: visit.now)
        } catch {
            switch error {
            case .emptyMessage: return try await again("content", "Is empty.")
            case .unavailable:
                return try await again("content", "The store does not answer. Try again in a moment.")
            // The stream was there a moment ago; people are not named here.
            default: return visit.notFound
            }
        }
        return .redirect(to: back + ConversationsView.newest)
    }
}

enum TranscriptRoutes {
    static let all: [Route<Visit>] = [.get("/transcripts", list), .get("/transcripts/:id", show)]

    @Sendable private static func list(_ visit: Visit) async throws -> ConsoleResponse {
        var query = TranscriptQuery()
        query.text = visit.text("q")
        let cursor = visit.text("cursor")
        let page = try await visit.store.transcripts(
            of: visit.workspace, query, PageRequest(.before(cursor.flatMap(Int64.init))))
        let rows = page.elements.map { transcript in
            TranscriptsView.Row(
                href: "/transcripts/\(transcript.id)", title: title(of: transcript),
                origin: transcript.content.origin ?? "", actor: transcript.content.actorEmail ?? "",
                labels: transcript.content.labels, at: visit.time(transcript.updatedAt))
        }
        let view = TranscriptsView(
            text: query.text ?? "", rows: rows, hasRows: !rows.isEmpty,
            pager: PagerView(
                summary: Amount.things(rows.count, "transcript"),
                newest: cursor == nil ? nil : URLQuery.link("/transcripts", ["q": query.text]),
                next: page.next.map { URLQuery.link("/transcripts", ["q": query.text, "cursor": "\($0)"]) }))
        return visit.page(view, .conversations, title: "Transcripts")
    }

    private static func title(of transcript: Transcript) -> String {
        transcript.content.title ?? "Session \(transcript.content.session)"
    }

    @Sendable private static func show(_ visit: Visit) async throws -> ConsoleResponse {
        guard let id = visit.parameters["id"].flatMap({ ID<Transcript>($0) }),
            let transcript = try await visit.store.transcript(id, in: visit.workspace)
        else { return visit.notFound }
        let content = transcript.content
        var facts = [FactView("Session", content.session, isCode: true)]
        if let source = visit.sourceLink(transcript.source) {
            facts.append(FactView("Source", source.label, href: source.href))
        }
        if let email = content.actorEmail { facts.append(FactView("Who", email)) }
        facts += content.labels.map { FactView("Label", $0) }
        facts += (content.links + content.attachments).map { reference in
            let href = HTML.isSafeLink(reference.url) ? reference.url : nil
            return FactView("Link", reference.title ?? reference.url, href: href)
        }
        let messages = content.entries.map { entry in
            MessageView(
                sender: entry.role, body: entry.content, severity: entry.role == "user" ? .info : .success,
                at: entry.at.map { visit.time($0) })
        }
        let view = TranscriptView(
            title: title(of: transcript),
            lede: "\(Amount.things(messages.count, "entry", "entries"))\(content.origin.map { " from \($0)" } ?? "")",
            messages: messages, facts: facts)
        return visit.page(view, .conversations, title: view.title)
    }
}

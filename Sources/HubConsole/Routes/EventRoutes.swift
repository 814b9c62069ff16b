import Hub
import HubCore
import HubStorage
import HubText

enum EventRoutes {
    static let all: [Route<Visit>] = [
        .get("/events", list), .get("/events/tail", tail), .get("/events/:id", show),
        .post("/events/:id/resend", .write, resend), .get("/requests/:id", story),
        .post("/requests/replay", .write, replayMany),
        .post("/requests/:id/replay", .write, replayOne),
    ]

    /// How many requests one click replays.
    private static let replayLimit = 100

    // MARK: The list

    @Sendable private static func list(_ visit: Visit) async throws -> ConsoleResponse {
        // Before the rows are read: what comes between this page and its live tail must be in one of them.
        let newest = try await newestSeq(visit)
        let page = try await visit.store.events(
            of: visit.workspace, query(visit), PageRequest(.before(visit.text("cursor").flatMap(Int64.init))))
        var rows: [EventRowView] = []
        for element in page.elements { rows.append(try await row(element, visit)) }
        let isFiltered = ["q", "type", "source", "outcome", "since", "origin"].contains { visit.text($0) != nil }
        let view = EventsView(
            text: visit.text("q") ?? "", type: visit.text("type") ?? "",
            selects: [
                SelectView("source", "Source", visit.sourceChoices, selected: visit.text("source")),
                SelectView("outcome", "Outcome", outcomeChoices, selected: visit.text("outcome")),
                SelectView("origin", "Origin", originChoices, selected: visit.text("origin")),
                SelectView("since", "Since", Visit.sinceChoices, selected: visit.text("since")),
            ], isFiltered: isFiltered, mayReplay: visit.may(.write),
            liveURL: link("/events/tail", visit, cursor: "\(newest)"),
            rows: rows, hasEvents: !rows.isEmpty,
            pager: PagerView(
                summary: Amount.things(rows.count, "event") + (page.next == nil ? "" : " on this page"),
                newest: visit.text("cursor") == nil ? nil : link("/events", visit),
                next: page.next.map { link("/events", visit, cursor: "\($0)") }))
        return visit.page(view, .events, title: "Events")
    }

    private static let outcomeChoices = [
        ("", "Any outcome"), ("message", "Message"), ("transcript", "Transcript"), ("outgoing", "Outgoing"),
        ("ignored", "Ignored"), ("unreadable", "Unreadable"),
    ]

    private static let originChoices = [
        ("", "Any origin"), ("received", "Received"), ("published", "Published"), ("internal", "The hub’s own"),
    ]

    private static func link(_ path: String, _ visit: Visit, cursor: String? = nil) -> String {
        URLQuery.link(
            path,
            [
                "q": visit.text("q"), "type": visit.text("type"), "source": visit.text("source"),
                "outcome": visit.text("outcome"), "origin": visit.text("origin"), "since": visit.text("since"),
                "cursor": cursor,
            ])
    }

    private static func query(_ visit: Visit) -> EventQuery {
        var query = EventQuery()
        query.text = visit.text("q")
        query.type = visit.text("type")
        query.source = visit.text("source").flatMap { visit.configuration.source(named: $0)?.id }
        query.outcome = visit.text("outcome")
        query.origin = visit.text("origin").flatMap(Event.Origin.init)
        query.since = visit.since(visit.text("since"))
        return query
    }

    private static func row(_ summary: EventSummary, _ visit: Visit) async throws -> EventRowView {
        let event = summary.event
        return EventRowView(
            rowID: "\(event.id)", request: visit.may(.write) ? event.request.map { "\($0)" } : nil,
            outcome: PillView(event.outcome), type: event.type, href: "/events/\(event.id)",
            source: visit.sourceLink(event.source), origin: event.origin.rawValue,
            detail: try await detail(of: event, visit), at: visit.time(event.createdAt))
    }

    /// The first words of what it said, or why it said nothing.
    private static func detail(of event: Event, _ visit: Visit) async throws -> String? {
        if let reason = event.outcome.reason { return reason }
        guard event.outcome == .message else { return event.externalID }
        var query = MessageQuery()
        query.event = event.id
        let messages = try await visit.store.messages(of: visit.workspace, query, PageRequest(limit: 1)).elements
        return messages.first.flatMap { visit.mayRead($0) ? snippet($0.draft.body) : nil }
    }

    static func snippet(_ markdown: String) -> String {
        let text = Markdown.plainText(of: String(markdown.prefix(600)))
        return String(text.split(whereSeparator: \.isNewline).joined(separator: " · ").prefix(240))
    }

    @Sendable private static func tail(_ visit: Visit) async throws -> ConsoleResponse {
        let query = query(visit)
        let start: Int64
        if let cursor = visit.text("cursor").flatMap(Int64.init) {
            start = cursor
        } else {
            start = try await newestSeq(visit)
        }
        return Tail.response(visit, from: [start]) { cursor in
            let page = try await visit.store.events(
                of: visit.workspace, query, PageRequest(.after(cursor[0]), limit: 50))
            var rows: [String] = []
            for element in page.elements { rows.append(try await row(element, visit).fragment) }
            return (rows, [page.elements.last?.seq ?? cursor[0]])
        }
    }

    private static func newestSeq(_ visit: Visit) async throws -> Int64 {
        let page = try await visit.store.events(of: visit.workspace, EventQuery(), PageRequest(limit: 1))
        return page.elements.first?.seq ?? 0
    }

    // MARK: One of them

    /// An event is shown where its story is: with its request, when it has one.
    @Sendable private static func show(_ visit: Visit) async throws -> ConsoleResponse {
        guard let id = visit.parameters["id"].flatMap({ ID<Event>($0) }),
            let event = try await visit.store.event(id, in: visit.workspace)?.event
        else { return visit.notFound }
        if let request = event.request { return .redirect(to: "/requests/\(request)") }
        var query = MessageQuery()
        query.event = id
        let messages = try await visit.store.messages(of: visit.workspace, query, PageRequest()).elements
        var facts = [
            FactView("Origin", event.origin.rawValue), FactView("Outcome", event.outcome.reason ?? event.outcome.name),
            FactView("When", visit.time(event.createdAt, .full)), FactView("Event", "\(id)", isCode: true),
        ]
        if let cause = event.cause {
            facts.append(FactView("Caused by", "\(cause)", isCode: true, href: "/events/\(cause)"))
        }
        if let external = event.externalID { facts.append(FactView("Sender’s id", external, isCode: true)) }
        if let trace = event.trace { facts.append(FactView("Trace", trace.traceID, isCode: true)) }
        var wanted = DeliveryQuery()
        wanted.event = id
        let deliveries = try await visit.store.deliveries(of: visit.workspace, wanted, PageRequest(limit: 200)).elements
        let content = try await visit.store.content(of: id, in: visit.workspace)
        let outgoing = OutgoingVisit(visit)
        let view = EventView(
            id: "\(id)", type: event.type,
            summary: "\(event.origin.rawValue.capitalizedFirst), without a request of its own.",
            request: nil, facts: facts, messages: messages.map { visit.view($0, isInStory: true) },
            hasMessages: !messages.isEmpty,
            body: content.map { BodyView($0.body.stored, size: Int64($0.body.size), contentType: $0.body.contentType) },
            deliveries: deliveries.map { outgoing.row($0, pick: false, isOfOne: false) },
            hasDeliveries: !deliveries.isEmpty, isOutgoing: content != nil || !deliveries.isEmpty,
            mayResend: visit.may(.write) && content != nil)
        return visit.page(view, .events, title: event.type)
    }

    @Sendable private static func resend(_ visit: Visit) async throws -> ConsoleResponse {
        guard let id = visit.parameters["id"].flatMap({ ID<Event>($0) }) else { return visit.notFound }
        let done = "On its way to everyone who subscribes to it now."
        do throws(SetupError) {
            try await visit.hub.resend(event: id, in: visit.workspace, by: visit.actor)
            return visit.done(done, to: "/events/\(id)")
        } catch {
            guard case .conflict = error else { throw error }
            return visit.done("What it said is not kept any more.", to: "/events/\(id)", isBad: true)
        }
    }

    @Sendable private static func story(_ visit: Visit) async throws -> ConsoleResponse {
        guard let id = visit.parameters["id"].flatMap({ ID<Request>($0) }),
            let story = try await visit.store.story(of: id, in: visit.workspace)
        else { return visit.notFound }
        let view = StoryTelling(visit: visit, story: story).view
        return visit.page(view, .events, title: view.title)
    }

    // MARK: Replaying

    @Sendable private static func replayOne(_ visit: Visit) async throws -> ConsoleResponse {
        guard let id = visit.parameters["id"].flatMap({ ID<Request>($0) }) else { return visit.notFound }
        do throws(ReplayError) {
            let new = try await visit.hub.replay(id, in: visit.workspace, by: visit.actor)
            return visit.done("Read again as a new request: this one.", to: "/requests/\(new)")
        } catch {
            return visit.done(sentence(for: error), to: "/requests/\(id)", isBad: true)
        }
    }

    /// Several events may be of one request, which is replayed once; the oldest first.
    @Sendable private static func replayMany(_ visit: Visit) async throws -> ConsoleResponse {
        let back = URLQuery.safePath(visit.form["back"])
        let ids = Set(visit.form.all("request").compactMap { ID<Request>($0) }).sorted()
        guard !ids.isEmpty else { return visit.done("Nothing was ticked.", to: back, isBad: true) }
        guard ids.count <= replayLimit else {
            return visit.done("At most \(replayLimit) at once. Tick fewer.", to: back, isBad: true)
        }
        var faults: [String] = []
        for id in ids {
            do throws(ReplayError) {
                _ = try await visit.hub.replay(id, in: visit.workspace, by: visit.actor)
            } catch {
                faults.append(sentence(for: error))
            }
        }
        let done = "Replayed \(Amount.things(ids.count - faults.count, "request"))."
        guard let fault = faults.first else { return visit.done(done, to: back) }
        return visit.done("\(done) \(Amount.count(faults.count)) could not be: \(fault)", to: back, isBad: true)
    }

    private static func sentence(for error: ReplayError) -> String {
        switch error {
        case .notFound: "The request is not there any more."
        case .bodyNotKept: "The body was not kept, so there is nothing to read again."
        case .sourceGone: "The source is gone, so nobody could read it."
        case .unavailable: "The store does not answer. Try again in a moment."
        }
    }
}

extension TemplatedView {
    /// Without a page around it.
    var fragment: String { PageTemplates.shared.render(Self.template, self) }
}

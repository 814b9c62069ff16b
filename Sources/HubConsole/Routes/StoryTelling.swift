import HubCore
import HubStorage
import Integrations

/// Tells a request's whole story: what came, how it was verified, how it was read, what it caused.
struct StoryTelling {
    let visit: Visit
    let story: RequestStory

    private var request: Request { story.summary.request }
    private var source: Source? { request.source.flatMap(visit.configuration.source) }

    var view: StoryView {
        StoryView(
            id: "\(request.id)", title: title, summary: summary, replay: replay,
            replayOf: request.replayOf.map { LinkView(label: "\($0)", href: "/requests/\($0)") }, received: received,
            steps: [verified, read] + [planned, caused].compactMap(\.self) + replays)
    }

    private var title: String {
        guard let first = story.events.first else { return "Request" }
        let more = story.events.count - 1
        return more > 0 ? "\(first.type) and \(more) more" : first.type
    }

    private var summary: String {
        "\(source?.name ?? "A source that is gone"), \(visit.time(request.receivedAt).full)."
    }

    private var replay: StoryView.Replay? {
        guard visit.may(.write) else { return nil }
        let isPossible = request.arrival != nil && (story.body != nil || request.bodySize == 0) && source != nil
        let hint =
            isPossible
            ? "Reads it again as if it came now" : "Not possible: its body or its source is not there any more"
        return .init(href: "/requests/\(request.id)/replay", isPossible: isPossible, hint: hint)
    }

    // MARK: What came

    private var received: StoryView.Received {
        var facts: [FactView] = []
        if let arrival = request.arrival {
            let query = arrival.query.map { "?\($0)" } ?? ""
            facts.append(FactView("Request", "\(arrival.method) \(arrival.path)\(query)", isCode: true))
        }
        facts.append(FactView("Source", source?.name ?? "gone", href: visit.sourceLink(request.source)?.href))
        if let address = request.arrival?.remoteAddress { facts.append(FactView("From", address, isCode: true)) }
        facts.append(FactView("Door", Self.name(of: request.door)))
        if let again = cameAgain { facts.append(FactView("Came again", again)) }
        let contentType = request.arrival?.headers.header("Content-Type")
        let absence =
            source?.storage == .full || source == nil
            ? "It is past its time and was deleted." : "This source does not keep bodies."
        return StoryView.Received(
            at: visit.time(request.receivedAt), facts: facts, headers: request.arrival.map(headers),
            body: BodyView(story.body, size: request.bodySize, contentType: contentType, absence: absence))
    }

    private func headers(_ arrival: Request.Arrival) -> StoryView.Headers {
        let rows = arrival.headers.fields.map(HeaderView.init)
        let redacted = rows.count { $0.isRedacted }
        let note = redacted == 0 ? "" : ", \(redacted) redacted"
        return StoryView.Headers(headerSummary: "\(rows.count)\(note)", rows: rows)
    }

    private var cameAgain: String? {
        let (all, differing) = (story.summary.duplicates, story.summary.differingDuplicates)
        guard all > 0 else { return nil }
        let times = all == 1 ? "once" : "\(all) times"
        return differing == 0 ? "\(times); it was answered as before" : "\(times), \(differing) with another body"
    }

    static func name(of door: Request.Door) -> String {
        switch door {
        case .general: "webhooks"
        case .chat: "chat-compatible"
        case .slack: "Slack-compatible"
        case .callback: "callbacks"
        case .messages: "message API"
        case .replay: "replay"
        }
    }

    // MARK: How it was verified

    private var verified: StoryView.Step {
        let record = request.verification
        var facts = [FactView("Scheme", record.scheme)]
        if let signed = record.signedAt { facts.append(FactView("Signed at", visit.time(signed, .full))) }
        if let key = record.idempotencyKey { facts.append(FactView("Idempotency key", key, isCode: true)) }
        switch record.verdict {
        case "verified":
            let proof = Self.proof(record.scheme)
            let sentence =
                switch record.secretIndex {
                case 0 where proof == "signature": "The signature fits the newest secret."
                case .some(let index) where proof == "signature":
                    "The signature fits secret number \(index + 1), an older one."
                case 0: "The \(proof) is the newest one."
                case .some(let index): "The \(proof) is number \(index + 1), an older one."
                case nil: "The sender proved who it is."
                }
            return .init(.verified, .good, heading: "Verified", sentence: sentence, facts: facts)
        case "not required":
            let sentence = "Nobody had to prove anything: the source takes what comes."
            return .init(.verified, .warn, heading: "Not verified", sentence: sentence, facts: facts)
        default:
            return .init(.verified, .warn, heading: "Verified", sentence: record.verdict.sentence, facts: facts)
        }
    }

    /// What a sender shows: most sign, some give the secret itself.
    private static func proof(_ scheme: String) -> String {
        switch scheme {
        case "bearer", "header_token", "gitlab": "token"
        case "basic": "password"
        case "url_key", "bot_key": "key"
        default: "signature"
        }
    }

    // MARK: How it was read

    private var read: StoryView.Step {
        let events = story.events.map { event in
            StoryView.Outcome(
                id: "\(event.id)", type: event.type, outcome: PillView(event.outcome), detail: event.outcome.reason,
                externalID: event.externalID)
        }
        let integration = visit.integrationName(source?.integration ?? "")
        let unreadable = story.events.count { $0.outcome.name == "unreadable" }
        let count = Amount.things(events.count, "event")
        guard unreadable > 0 else {
            return .init(.read, .good, heading: "Read", sentence: "\(count), by \(integration).", events: events)
        }
        let sentence =
            unreadable == events.count
            ? "\(integration) could not make sense of it. It is kept; replay it after a fix."
            : "\(count), by \(integration); \(unreadable) could not be read."
        return .init(.read, .bad, heading: "Not readable", sentence: sentence, events: events)
    }

    // MARK: What it caused

    private var planned: StoryView.Step? {
        guard !story.messages.isEmpty || !story.transcripts.isEmpty else { return nil }
        let isPosted = story.messages.contains { if case .stream = $0.place { true } else { false } }
        let fixed = source?.options.stream.map { "The source fixes the stream \($0)." }
        let text =
            if isPosted {
                fixed ?? "The request, or the source’s default, decided where it goes."
            } else if story.messages.isEmpty {
                "A transcript is kept, and posted nowhere."
            } else {
                "It goes to one person directly, and into no stream."
            }
        return .init(.planned, .info, heading: "Planned", sentence: text)
    }

    private var caused: StoryView.Step? {
        let messages = story.messages.map { visit.view($0, isInStory: true) }
        let links = story.transcripts.map { LinkView(label: "The transcript", href: "/transcripts/\($0)") }
        var parts: [String] = []
        if !messages.isEmpty { parts.append(Amount.things(messages.count, "message")) }
        if !links.isEmpty { parts.append(Amount.things(links.count, "transcript")) }
        guard !parts.isEmpty else {
            return .init(.caused, .mute, heading: "Caused nothing", sentence: "Nobody was told of anything.")
        }
        return .init(
            .caused, .good, heading: "Caused", sentence: parts.joined(separator: " and ") + ".", messages: messages,
            links: links)
    }

    private var replays: [StoryView.Step] {
        guard !story.replays.isEmpty else { return [] }
        let links = story.replays.map { LinkView(label: "\($0)", href: "/requests/\($0)") }
        return [
            .init(
                .replay, .info, heading: "Replayed", sentence: Amount.things(links.count, "time") + ".", links: links)
        ]
    }
}

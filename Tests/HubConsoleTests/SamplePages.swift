import HubCore

@testable import HubConsole

/// Every page with something to look at: rendered by the tests, and into a folder for people to look at.
enum SamplePages {
    static let now = Timestamp(rfc3339: "2026-11-21T14:32:10Z") ?? Timestamp(seconds: 0)

    static func ago(_ seconds: Int64, _ style: TimeView.Style = .moment) -> TimeView {
        TimeView(now - .seconds(seconds), now: now, style: style)
    }

    struct Sample: Sendable {
        let name: String
        let section: Shell.Section?
        let html: @Sendable (Shell) -> String

        init(_ name: String, _ section: Shell.Section?, _ view: some TemplatedView) {
            self.name = name
            self.section = section
            html = { view.html(in: $0) }
        }

        func page(theme: String? = nil) -> String {
            let shell = Shell(
                title: name, section: section, path: "/\(name)", workspaceName: "Acme Robotics",
                person: ("Ada Lovelace", "Admin"), theme: theme,
                flash: name == "sources" ? Shell.Flash(text: "The source “old-jenkins” is deleted.", isBad: false) : nil
            )
            return html(shell)
        }
    }

    static let all: [Sample] =
        entry + overview + events + sources + conversations + records + settings + outgoing

    static let entry: [Sample] = [
        Sample("signin", nil, SignInView(host: "hooks.acme.example", email: nil, next: "/", fault: nil)),
        Sample(
            "signin-fault", nil,
            SignInView(
                host: "hooks.acme.example", email: "ada@acme.example", next: "/",
                fault: "That e-mail address and password do not go together.")),
        Sample("invitation", nil, InvitationView(invitation: "mli_x", name: "", minimumLength: 10, fault: nil)),
        Sample(
            "door-note", nil, DoorNoteView(heading: "This invitation is used up", text: "Ask an admin for a new one.")),
        Sample(
            "note", .events,
            NoteView(heading: "Not found", text: "There is nothing at this address, or it is not yours.")),
    ]

    // MARK: Overview

    static let overview: [Sample] = [
        Sample(
            "overview", .overview,
            OverviewView(
                tiles: [
                    .init(label: "Events", figure: Amount.count(12_408), note: "in the last 24 hours", href: "/events"),
                    .init(label: "Messages", figure: Amount.count(3_911), note: "for people to read", href: "/streams"),
                    .init(
                        label: "Unreadable", figure: "2", note: "kept for a replay", href: "/events?outcome=unreadable"),
                    .init(label: "Refused", figure: "37", note: "never became events", href: "/settings/webhooks/logs"),
                ], chart: chart(hours: 48), recent: recent, sources: sourceRows)),
        Sample(
            "overview-empty", .overview,
            OverviewView(
                tiles: [
                    .init(label: "Events", figure: "0", note: "in the last 24 hours", href: "/events"),
                    .init(label: "Messages", figure: "0", note: "for people to read", href: "/streams"),
                    .init(label: "Unreadable", figure: "0", note: "kept for a replay", href: "/events"),
                    .init(label: "Refused", figure: "0", note: "never became events", href: "/settings/webhooks/logs"),
                ], chart: chart(hours: 0), recent: [], sources: [])),
    ]

    static func chart(hours: Int) -> OverviewView.Chart {
        let waves = (0..<hours).flatMap { hour -> [(from: Timestamp, outcome: String, count: Int)] in
            let from = now - .seconds(Int64(47 - hour) * 3600)
            let busy = (hour % 24 > 7 && hour % 24 < 19) ? 3 : 1
            return [
                (from, "message", busy * (14 + (hour * 37) % 23)), (from, "ignored", busy * (6 + (hour * 17) % 11)),
                (from, "transcript", (hour * 7) % 5), (from, "unreadable", hour == 31 ? 9 : 0),
            ]
        }
        let drawn = EventChart(waves, since: now - .seconds(47 * 3600), until: now, step: .seconds(3600))
        return OverviewView.Chart(
            title: "Events over time", legend: OverviewView.legend,
            ranges: [
                .init(label: "24 h", href: "/?range=24h", isCurrent: false),
                .init(label: "48 h", href: "/?range=48h", isCurrent: true),
                .init(label: "30 days", href: "/?range=30d", isCurrent: false),
            ], scale: drawn.scale, svgHTML: drawn.svg(now: now), labels: drawn.labels(now: now))
    }

    static let recent: [OverviewView.Recent] = eventRows.prefix(8).map {
        .init(at: $0.at, outcome: $0.outcome, type: $0.type, href: $0.href, sourceName: $0.source?.label)
    }

    // MARK: Events

    static let eventRows: [EventRowView] = [
        row(
            4, .message, "pull_request.opened", "github", "#1284 Retry deliveries after 429 with the sender’s own pause"
        ),
        row(19, .message, "firing", "alertmanager", "HighErrorRate on api-gateway: 5.2 % of requests fail (critical)"),
        row(
            63, .ignored(reason: "star: left out unless asked for"), "star.created", "github",
            "left out unless asked for"),
        row(118, .transcript, "brain.ingest", "assistant", "Onboarding questions, 14 entries"),
        row(240, .message, "push", "github", "3 commits to main by grace"),
        row(
            341, .unreadable(reason: "$.alerts[0].labels: expected object"), "unreadable", "alertmanager",
            "$.alerts[0].labels: expected object"),
        row(
            902, .message, "incident.resolved", "statuspage",
            "Elevated error rates on checkout — resolved after 42 minutes"),
        row(1320, .message, "message.created", nil, "Deploy window moves to 16:00"),
        row(
            4020, .message, "check_run.completed", "github",
            "build (linux) failed on feature/idempotency-window-for-chat-door"),
        row(90_000, .message, "push", "github", "1 commit to main by ada"),
    ]

    static func row(
        _ seconds: Int64, _ outcome: Event.Outcome, _ type: String, _ source: String?, _ detail: String
    ) -> EventRowView {
        EventRowView(
            rowID: "evt-\(seconds)", request: source == nil ? nil : "req_\(seconds)", outcome: PillView(outcome),
            type: type,
            href: "/events/evt_\(seconds)", source: source.map { LinkView(label: $0, href: "/sources/\($0)") },
            origin: "published", detail: detail, at: ago(seconds))
    }

    static let filters = [
        SelectView(
            "source", "Source", [("", "All sources"), ("github", "github"), ("alertmanager", "alertmanager")],
            selected: nil),
        SelectView(
            "outcome", "Outcome",
            [("", "Any outcome"), ("message", "Message"), ("ignored", "Ignored"), ("unreadable", "Unreadable")],
            selected: nil),
        SelectView(
            "since", "Since", [("", "Any time"), ("1h", "Last hour"), ("24h", "Last 24 hours"), ("7d", "Last 7 days")],
            selected: "24h"),
    ]

    static let logRows: [LogRowView] = [
        log(3, PillView("accepted", .good), 200, "github", "pull_request.opened", nil, "140.82.115.12", 18_220),
        log(
            8, PillView("refused", .bad), 401, "github", "invalid_signature", "signature.mismatch: no secret fits",
            "203.0.113.9", 412),
        log(20, PillView("accepted", .good), 200, "alertmanager", "firing", "and 3 more events", "10.2.0.14", 4_100),
        log(
            44, PillView("duplicate ×2", .mute), 200, "billing", "invoice.paid",
            "the first one’s answer was given again", "54.187.174.169", 2_300),
        log(
            90, PillView("refused", .bad), 404, nil, "unknown_source", "/webhooks/v1/acme/wp-login", "198.51.100.77", 0),
        log(
            300, PillView("unreadable", .warn), 200, "alertmanager", "unreadable",
            "$.alerts[0].labels: expected object", "10.2.0.14", 980),
    ]

    static func log(
        _ seconds: Int64, _ outcome: PillView, _ status: Int, _ source: String?, _ what: String, _ detail: String?,
        _ remote: String, _ size: Int64
    ) -> LogRowView {
        LogRowView(
            rowID: "log-\(seconds)", outcome: outcome, status: status,
            source: source.map { LinkView(label: $0, href: "/sources/\($0)") }, href: "/requests/req_\(seconds)",
            what: what,
            detail: detail, remote: remote, size: Amount.bytes(size), at: ago(seconds))
    }

    static let events: [Sample] = [
        Sample(
            "events", .events,
            EventsView(
                text: "", type: "", selects: filters, isFiltered: true, mayReplay: true, liveURL: "/events/tail",
                rows: eventRows,
                hasEvents: true, pager: PagerView(summary: "50 events", newest: nil, next: "/events?cursor=1"))),
        Sample(
            "events-empty", .events,
            EventsView(
                text: "frobnicate", type: "", selects: filters, isFiltered: true, mayReplay: true,
                liveURL: "/events/tail", rows: [],
                hasEvents: false, pager: PagerView(summary: "", newest: nil, next: nil))),
        Sample("story", .events, story(isReadable: true)),
        Sample("story-unreadable", .events, story(isReadable: false)),
        Sample(
            "event", .events,
            EventView(
                id: "evt_01jd8", type: "message.created", summary: "Published 22 minutes ago", request: nil,
                facts: [FactView("Origin", "published"), FactView("Event", "evt_01jd8zq", isCode: true)],
                messages: [messages[2]], hasMessages: true, body: body, deliveries: deliveryRows, hasDeliveries: true,
                isOutgoing: true, mayResend: true)),
        Sample(
            "refusal", .settings,
            RefusalView(
                title: "invalid_signature", summary: "Refused with 401 at the source github.", at: ago(8),
                facts: [
                    FactView("Request", "POST /webhooks/v1/acme/github", isCode: true),
                    FactView("From", "203.0.113.9", isCode: true),
                    FactView("Reason", "signature.mismatch: no secret fits"),
                    FactView("Headers", "Content-Type, User-Agent, X-Hub-Signature-256", isCode: true),
                ], body: body,
                advice:
                    "Compare the secret that the sender signs with to this source’s: they must be the same text, without blanks at the ends."
            )),
    ]

    static let payload = """
        {"action":"opened","number":1284,"pull_request":{"url":"https://api.github.example/repos/acme/hub/pulls/1284",\
        "title":"Retry deliveries after 429 with the sender’s own pause","draft":false,"additions":120,"deletions":18,\
        "labels":[{"name":"delivery"},{"name":"reviewed"}],"body":null,"user":{"login":"grace","id":77120}},\
        "repository":{"full_name":"acme/hub","private":true},"sender":{"login":"grace"}}
        """
    static let body = BodyView(Array(payload.utf8), size: 18_220, contentType: "application/json")

    static func story(isReadable: Bool) -> StoryView {
        let fields: Fields = [
            "Content-Type": "application/json", "User-Agent": "GitHub-Hookshot/044aadd",
            "X-GitHub-Event": "pull_request",
            "X-GitHub-Delivery": "0c6d4e2e-9b57-11ef-8f5b-2a7b1c9c4d4e", "X-Hub-Signature-256": "<redacted:6f1c02ab>",
            "X-Forwarded-For": "140.82.115.12",
        ]
        let outcome = StoryView.Outcome(
            id: "evt_01", type: isReadable ? "pull_request.opened" : "unreadable",
            outcome: isReadable ? PillView(.message) : PillView(.unreadable(reason: "")),
            detail: isReadable ? nil : "$.pull_request.title: expected string", externalID: "0c6d4e2e-9b57")
        return StoryView(
            id: "req_01jd8zq4k3e5tb0x8vwn2c7m9f", title: isReadable ? "pull_request.opened" : "Unreadable request",
            summary: "github, 4 seconds ago, answered within 3 ms",
            replay: .init(href: "/requests/req_1/replay", isPossible: true, hint: "Reads it again as if it came now"),
            replayOf: isReadable ? nil : LinkView(label: "req_01jd8zq4k3e5", href: "/requests/x"),
            received: .init(
                at: ago(4),
                facts: [
                    FactView("Request", "POST /webhooks/v1/acme/github", isCode: true),
                    FactView("Source", "github", href: "/sources/github"),
                    FactView("From", "140.82.115.12", isCode: true),
                    FactView("Door", "general"), FactView("Came again", "once, with the same body"),
                ], headers: .init(headerSummary: "6, one redacted", rows: fields.fields.map(HeaderView.init)),
                body: body),
            steps: [
                .init(
                    .verified, .good, heading: "Verified", sentence: "The signature fits the source’s newest secret.",
                    facts: [
                        FactView("Scheme", "github"), FactView("Signed at", "not part of the scheme"),
                        FactView("Idempotency key", "0c6d4e2e-9b57-11ef-8f5b-2a7b1c9c4d4e", isCode: true),
                    ]),
                isReadable
                    ? .init(
                        .read, .good, heading: "Read", sentence: "One event, by the integration GitHub.",
                        events: [outcome])
                    : .init(
                        .read, .bad, heading: "Not readable", sentence: "The owner was told. Replay it after a fix.",
                        events: [outcome]),
                .init(
                    .planned, .info, heading: "Planned",
                    sentence: "To the stream engineering, because the source says so."),
                .init(
                    .caused, isReadable ? .good : .mute, heading: "Caused",
                    sentence: isReadable ? "One message." : "Nothing for people to read.",
                    messages: isReadable ? [messages[0]] : []),
            ])
    }
}

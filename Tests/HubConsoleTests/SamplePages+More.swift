import HubCore
import HubText
import WebhookSignatures

@testable import HubConsole

extension SamplePages {
    // MARK: Sources

    static let sourceRows: [SourceRowView] = [
        source("github", "GitHub", "github", "engineering, a topic for each thing", ago(4), PillView("active", .good)),
        source("alertmanager", "Alertmanager", "bearer", "operations › alerts", ago(19), PillView("active", .good)),
        source("billing", "Any JSON", "standard", "sales › billing", ago(44), PillView("active", .good)),
        source("legacy-ci", "Slack-compatible", "none", "engineering", ago(90_000), PillView("active", .good)),
        source("old-status", "Statuspage", "url_key", "operations", nil, PillView("disabled", .mute)),
    ]

    static func source(
        _ name: String, _ integration: String, _ scheme: String, _ destination: String, _ last: TimeView?,
        _ state: PillView
    ) -> SourceRowView {
        SourceRowView(
            name: name, href: "/sources/\(name)", integration: integration, scheme: scheme, isOpen: scheme == "none",
            destination: destination, lastAt: last, state: state)
    }

    static let cards: [CatalogueView.Group] = [
        .init(
            name: "Version control",
            cards: [
                .init(
                    name: "GitHub", summary: "Pushes, pull requests, issues, reviews and checks of a repository.",
                    initials: "GH", href: "/x"),
                .init(name: "GitLab", summary: "Merge requests, pipelines and comments.", initials: "GL", href: "/x"),
            ]),
        .init(
            name: "Monitoring and alerts",
            cards: [
                .init(
                    name: "Alertmanager", summary: "Alerts as they fire and resolve, one topic each.", initials: "A",
                    href: "/x"),
                .init(
                    name: "Grafana", summary: "Alerts with their values and a link to the panel.", initials: "G",
                    href: "/x"),
                .init(name: "Statuspage", summary: "Incidents and component states.", initials: "S", href: "/x"),
            ]),
        .init(
            name: "Any tool",
            cards: [
                .init(
                    name: "Any JSON", summary: "Whatever sends JSON, with a template for the message.", initials: "AJ",
                    href: "/x")
            ]),
    ]

    static let steps = [
        SetupStepView(
            textHTML: SafeHTML(made: Markdown.html("In the repository, open **Settings → Webhooks → Add webhook**.")),
            code: nil),
        SetupStepView(
            textHTML: SafeHTML(made: Markdown.html("Set **Payload URL** to:")),
            code: "https://hooks.acme.example/webhooks/v1/acme/github"),
        SetupStepView(
            textHTML: SafeHTML(
                made: Markdown.html("Set **Content type** to `application/json`, and paste the secret.")), code: nil),
        SetupStepView(
            textHTML: SafeHTML(made: Markdown.html("Choose *Send me everything*; what is wanted is chosen here.")),
            code: nil),
    ]

    static let eventTypes = [
        ("pull_request", "A pull request is opened, merged, closed or reviewed"), ("push", "Commits are pushed"),
        ("issues", "An issue is opened, closed or labelled"), ("release", "A release is published"),
        ("check_run", "A check ends"), ("deployment_status", "A deployment changes"),
    ].map { EventTypeView(name: $0.0, summary: $0.1, isTicked: $0.0 == "push") }

    static let streamChoices = ChoicesView([
        ChoiceView("", "As the payload says"), ChoiceView("1", "general"),
        ChoiceView("2", "engineering", isSelected: true),
    ])

    static let sources: [Sample] = [
        Sample("sources", .sources, SourcesView(mayWrite: true, sources: sourceRows, hasSources: true)),
        Sample("sources-empty", .sources, SourcesView(mayWrite: true, sources: [], hasSources: false)),
        Sample(
            "source-pick", .sources, CatalogueView(heading: "Add a source", lede: "What should send?", groups: cards)),
        Sample(
            "source-new", .sources,
            NewSourceView(
                slug: "github", integrationName: "GitHub",
                integrationSummary: "Pushes, pull requests, issues, reviews and checks of a repository.",
                fault: "name: there is such a source already", name: "github", topic: "", streams: streamChoices,
                schemes: ChoicesView([
                    ChoiceView("github", "GitHub"), ChoiceView("signed", "Martlet’s own"),
                    ChoiceView("none", "None: anyone can send"),
                ]),
                policies: [
                    ChoiceView("full", "Everything", hint: "so that it can be replayed", isSelected: true),
                    ChoiceView("metadata", "No bodies", hint: "they are dropped once read"),
                    ChoiceView("render_only", "The message alone", hint: "nothing of the request reaches the disk"),
                ], eventTypes: eventTypes, hasEventTypes: true, eventTypeCount: 6,
                integrationOptions: [
                    OptionFieldView(
                        name: "branches", summary: "Pushes to these branches only.", example: "main,release/*",
                        value: "")
                ])),
        Sample(
            "source", .sources,
            SourceView(
                name: "github", path: "/sources/github",
                lede: "Pushes, pull requests, issues, reviews and checks of a repository.",
                state: PillView("active", .good), mayWrite: true,
                secrets: [
                    OnceView(
                        heading: "The secret, this once",
                        text: "Copy it now: we keep it sealed and cannot show it again.",
                        secret: "whsec_8fN2rV0y7hT6s0fXkq2mJ5pB3wQ9dL1cZ4vR8nYtG6U=")
                ],
                warning: nil, url: "https://hooks.acme.example/webhooks/v1/acme/github", integrationName: "GitHub",
                documentation: "https://docs.github.com/webhooks", setup: steps,
                logsURL: "/settings/webhooks/logs?source=github", rows: logRows,
                hasRows: true,
                facts: [
                    FactView("Verification", "github"), FactView("Repeats", "known for 7 days"),
                    FactView("Body", "up to 1.0 MiB"),
                    FactView("Keeps", "everything"), FactView("Made", "12 Nov"),
                ], secretSummary: "One secret, made 12 Nov.", streams: streamChoices, topic: "",
                onlyEvents: "pull_request.*, push", excludeEvents: "",
                rate: "", isDisabled: false)),
        Sample(
            "test-result", .sources,
            TestResultView(
                name: "github", path: "/sources/github",
                lede: "A signed sample went the whole way, but for storing it.",
                result: PillView("accepted", .good), messages: [messages[0]], hasMessages: true,
                command:
                    "body='{\"type\":\"ping\"}'\nsignature=$(printf %s \"$body\" | openssl dgst -sha256 -hmac \"$SECRET\" | cut -d' ' -f2)\ncurl https://hooks.acme.example/webhooks/v1/acme/github -H \"X-IW-Signature: sha256=$signature\" -d \"$body\""
            )),
        Sample(
            "verify", .endpoints,
            VerifyView(
                fault: nil,
                result: .init(
                    DeliveryCheck(
                        headers: ["webhook-signature": "v1,AAAA", "X-Webhook-Signature": "sha256=12"], body: [],
                        secrets: [Secret("x")], nowSeconds: 0)),
                headers: "webhook-signature: v1,AAAA", body: "{}",
                endpoints: ChoicesView([ChoiceView("", "None: by this secret"), ChoiceView("end_1", "Billing")]),
                hasEndpoints: true,
                snippets: ReceiverSnippet.allCases.map { .init(title: $0.title, hint: $0.rawBody, code: $0.code) })),
        Sample(
            "url-builder", .sources,
            URLBuilderView(
                integrations: ChoicesView([ChoiceView("github", "GitHub")]),
                bots: ChoicesView([ChoiceView("b", "Hooks")]), streams: streamChoices,
                topic: "", eventTypes: eventTypes, hasEventTypes: true,
                url:
                    "https://hooks.acme.example/api/v1/external/github?api_key=YOUR_BOT_KEY&stream=engineering&only_events=%5B%22push%22%5D",
                placeholder: "YOUR_BOT_KEY")),
        Sample(
            "integrations", .integrations,
            CatalogueView(
                heading: "Integrations",
                lede: "What Martlet understands. Each with its steps, and how its messages look.", groups: cards)),
        Sample(
            "integration", .integrations,
            IntegrationView(
                category: "Version control", name: "GitHub",
                summary: "Pushes, pull requests, issues, reviews and checks of a repository.",
                documentation: "https://docs.github.com/webhooks", addURL: "/sources/new?integration=github",
                setup: steps, previews: messages,
                hasPreviews: true,
                facts: [FactView("Slug", "github", isCode: true), FactView("Verification", "github")],
                eventTypes: eventTypes,
                hasEventTypes: true,
                integrationOptions: [
                    OptionFieldView(
                        name: "branches", summary: "Pushes to these branches only.", example: "main,release/*",
                        value: "")
                ],
                hasOptions: true)),
    ]

    // MARK: Conversations

    static let messages: [MessageView] = [
        MessageView(
            sender: "GitHub",
            body: """
                **grace** opened [#1284 Retry deliveries after 429](https://github.example/acme/hub/pull/1284) in `acme/hub`

                > Honours the sender’s own pause, up to a day.

                `feature/retry-after` → `main`, **+120 −18** in 6 files
                """,
            place: LinkView(
                label: "engineering › hub/PR #1284 Retry deliveries after 429", href: "/streams/2-engineering"),
            at: ago(4), day: "Today",
            story: "/events/evt_1"),
        MessageView(
            sender: "Alertmanager",
            body: """
                **HighErrorRate** is firing on `api-gateway` [graph](https://prometheus.example/graph)

                | label | value |
                |---|--:|
                | service | api-gateway |
                | error rate | 5.2 % |
                | severity | critical |
                """, severity: .error, place: LinkView(label: "operations › HighErrorRate", href: "/streams/3"),
            flag: PillView("firing", .bad), at: ago(19),
            story: "/events/evt_2"),
        MessageView(
            sender: "Ada Lovelace",
            body: "Deploy window moves to **16:00**.\n\n- [x] freeze announced\n- [ ] runbook <b>read</b>",
            at: ago(1320)),
        MessageView(
            sender: "Statuspage",
            body:
                "**Elevated error rates on checkout** is resolved after 42 minutes.\n```\nroot cause: pool exhausted\n```",
            severity: .success,
            flag: PillView("resolved", .good), at: ago(90_000), day: "Yesterday", story: "/events/evt_3"),
        MessageView(sender: "Hooks", body: "Disk of `db-2` is 91 % full.", severity: .warning, at: ago(91_000)),
    ]

    static let conversations: [Sample] = [
        Sample(
            "conversations", .conversations,
            ConversationsView(
                crumbs: [LinkView(label: "Conversations", href: "/streams")], heading: "engineering",
                lede: "What happens in our repositories", text: "",
                streams: [
                    .init(
                        label: "Directly to me", href: "/direct", note: nil, isCurrent: false, topics: [],
                        hasTopics: false),
                    .init(
                        label: "general", href: "/streams/1-general", note: nil, isCurrent: false, topics: [],
                        hasTopics: false),
                    .init(
                        label: "engineering", href: "/streams/2-engineering", note: nil, isCurrent: true,
                        topics: [
                            .init(
                                label: "hub/PR #1284 Retry deliveries after 429", href: "/x", note: "3",
                                isCurrent: false),
                            .init(label: "hub/main", href: "/x", note: "214", isCurrent: false),
                            .init(label: "releases", href: "/x", note: "12", isCurrent: false),
                        ], hasTopics: true),
                    .init(
                        label: "operations", href: "/streams/3", note: nil, isCurrent: false, topics: [],
                        hasTopics: false),
                    .init(
                        label: "Transcripts", href: "/transcripts", note: nil, isCurrent: false, topics: [],
                        hasTopics: false),
                ], messages: messages.reversed(), hasMessages: true, older: "/x", newer: nil, emptyHeading: "",
                emptyText: "",
                composer: .init(stream: "2", topic: "", content: "", faults: [:]))),
        Sample(
            "transcripts", .conversations,
            TranscriptsView(
                text: "",
                rows: [
                    .init(
                        href: "/x", title: "Onboarding questions", origin: "chatgpt", actor: "ada@acme.example",
                        labels: ["hr", "onboarding"], at: ago(118)),
                    .init(
                        href: "/x", title: "Refactoring the dispatcher", origin: "claude", actor: "grace@acme.example",
                        labels: [], at: ago(9000)),
                ], hasRows: true, pager: PagerView(summary: "2 transcripts", newest: nil, next: nil))),
        Sample(
            "transcript", .conversations,
            TranscriptView(
                title: "Onboarding questions", lede: "14 entries from chatgpt",
                messages: [
                    MessageView(sender: "user", body: "How do I get access to the **staging** cluster?", at: ago(300)),
                    MessageView(
                        sender: "assistant", body: "1. Ask in `#platform`\n2. Wait for the e-mail", severity: .success,
                        at: ago(280)),
                ], facts: [FactView("Session", "sess_9f2", isCode: true), FactView("Source", "assistant")])),
    ]

    // MARK: Settings

    static func roles(_ selected: String) -> ChoicesView {
        ChoicesView(
            ["admin", "member", "viewer"].map { ChoiceView($0, $0.capitalizedFirst, isSelected: $0 == selected) })
    }

    static let settings: [Sample] = [
        Sample(
            "people", .settings,
            PeopleView(
                tabs: SettingsTab.tabs(may: { _ in true }, current: "/settings/people"), fault: nil, faults: [:],
                entered: [:],
                mayWrite: true,
                invitation: .init(name: "Katherine", link: "https://hooks.acme.example/invitations/mli_Zt5pQ0x8Yw"),
                people: [
                    .init(
                        path: "/x", name: "Ada Lovelace", email: "ada@acme.example", role: "admin",
                        roles: roles("admin"), state: PillView("active", .good), nextDisabled: "1",
                        disableLabel: "Disable"),
                    .init(
                        path: "/x", name: "Grace Hopper", email: "grace@acme.example", role: "member",
                        roles: roles("member"), state: PillView("active", .good), nextDisabled: "1",
                        disableLabel: "Disable"),
                    .init(
                        path: "/x", name: "Katherine", email: "katherine@acme.example", role: "viewer",
                        roles: roles("viewer"), state: PillView("invited", .warn), nextDisabled: "1",
                        disableLabel: "Disable"),
                ], newRoles: roles("member"))),
        Sample(
            "bots", .settings,
            BotsView(
                tabs: SettingsTab.tabs(may: { _ in true }, current: "/settings/bots"), fault: nil, faults: [:],
                entered: [:],
                mayWrite: true,
                secret: OnceView(
                    heading: "The key of Hooks, this once",
                    text: "It stands in URLs, and is the password of HTTP Basic.",
                    secret: "hV7kq2mZt5pR9x3Lw8YbN4cD6sF1gJ0a"),
                bots: [
                    .init(
                        path: "/x", name: "Hooks", email: "hooks-bot@acme.hooks.acme.example", owner: "Ada Lovelace",
                        state: PillView("active", .good), nextDisabled: "1", disableLabel: "Disable")
                ],
                hasBots: true, owners: ChoicesView([ChoiceView("u", "Ada Lovelace")]))),
        Sample(
            "tokens", .settings,
            TokensView(
                tabs: SettingsTab.tabs(may: { _ in true }, current: "/settings/tokens"), fault: nil, faults: [:],
                entered: [:],
                mayWrite: true, secret: nil,
                tokens: [
                    .init(
                        path: "/x", label: "terraform", scopes: ["admin", "read"], owner: "Ada Lovelace",
                        madeAt: ago(900_000), endsAt: nil)
                ],
                hasTokens: true,
                scopeChoices: [
                    ChoiceView("read", "read", hint: "look at everything"),
                    ChoiceView("publish", "publish", hint: "publish events and messages"),
                    ChoiceView("admin", "admin", hint: "change everything"),
                ], days: ChoicesView([ChoiceView("90", "90 days", isSelected: true)]))),
        Sample(
            "streams", .settings,
            StreamsView(
                tabs: SettingsTab.tabs(may: { _ in true }, current: "/settings/streams"), fault: nil, faults: [:],
                entered: [:],
                mayWrite: true,
                streams: [
                    .init(
                        path: "/x", href: "/streams/1-general", number: 1, name: "general",
                        description: "Where first messages arrive", state: PillView("active", .good), nextArchived: "1",
                        archiveLabel: "Archive"),
                    .init(
                        path: "/x", href: "/streams/2-engineering", number: 2, name: "engineering",
                        description: "What happens in our repositories", state: PillView("active", .good),
                        nextArchived: "1", archiveLabel: "Archive"),
                ], hasStreams: true,
                alerts: ChoicesView([ChoiceView("", "each admin", isSelected: true), ChoiceView("s", "general")]))),
        Sample(
            "retention", .settings,
            RetentionView(
                tabs: SettingsTab.tabs(may: { _ in true }, current: "/settings/retention"), fault: nil, faults: [:],
                entered: [:],
                mayWrite: true, bodiesDays: "30",
                metadataDays: "90")),
        Sample(
            "webhooks", .settings,
            WebhooksView(
                tabs: SettingsTab.tabs(may: { _ in true }, current: "/settings/webhooks"), fault: nil, mayWrite: true,
                secret: nil,
                urls: sourceRows.map {
                    .init(
                        name: $0.name, href: $0.href, url: "https://hooks.acme.example/webhooks/v1/acme/\($0.name)",
                        scheme: $0.scheme)
                },
                hasURLs: true, secretSummary: "One secret, made 12 Nov. It is good at every source of scheme signed.",
                command: "curl …")),
        Sample(
            "logs", .settings,
            LogsView(
                tabs: SettingsTab.tabs(may: { _ in true }, current: "/settings/webhooks"), text: "", selects: filters,
                liveURL: "/settings/webhooks/logs/tail", rows: logRows,
                hasRows: true, pager: PagerView(summary: "6 requests", newest: "/x", next: "/y"))),
        Sample(
            "audit", .settings,
            AuditView(
                tabs: SettingsTab.tabs(may: { _ in true }, current: "/settings/audit"),
                rows: [
                    .init(
                        actor: "Ada Lovelace", action: "source.secret.rotate",
                        subject: "src_01jd8zq4k3e5tb0x8vwn2c7m9f", detail: nil, at: ago(600)),
                    .init(
                        actor: "command line", action: "workspace.create", subject: "acme", detail: nil,
                        at: ago(900_000)),
                ], hasRows: true, pager: PagerView(summary: "2 entries", newest: nil, next: nil))),
    ]
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

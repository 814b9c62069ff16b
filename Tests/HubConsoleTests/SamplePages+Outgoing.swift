import HubCore
import HubStorage

@testable import HubConsole

extension SamplePages {
    // MARK: Parts

    static let outcomes: [Delivery.Last] = (0..<40).map { index in
        let failure: AttemptFailure? = index % 9 == 4 ? .status5xx : nil
        return Delivery.Last(
            at: now - .seconds(Int64(index)), failure: failure, status: failure == nil ? 200 : 503,
            took: .milliseconds(80))
    }

    static let deliveryRows: [DeliveryRowView] = [
        delivery("waiting", .info, "ticket.created", "503 Service Unavailable", isFailure: true, dueAt: ago(-30)),
        delivery("delivered", .good, "ticket.updated", "200 OK in 81 ms"),
        delivery("held", .warn, "order.placed", "not tried yet"),
        delivery("exhausted", .bad, "order.placed", "no answer in time", isFailure: true),
    ]

    private static func delivery(
        _ state: String, _ tone: PillView.Tone, _ type: String, _ outcome: String, isFailure: Bool = false,
        dueAt: TimeView? = nil
    ) -> DeliveryRowView {
        DeliveryRowView(
            pick: "dlv_\(state)", state: PillView(state, tone), type: type, href: "/deliveries/dlv_1",
            endpoint: LinkView(label: "Warehouse", href: "/endpoints/end_1"), isTest: state == "delivered",
            outcome: outcome, isFailure: isFailure, attempts: "2", dueAt: dueAt, at: ago(60))
    }

    static let sentRequest = SentRequestView(
        line: "POST https://receiver.acme.example/hooks",
        headers: .init(
            headerSummary: "3, signatures shortened",
            rows: [
                HeaderView(.init(name: "Content-Type", value: "application/json")),
                HeaderView(.init(name: "X-Webhook-Event", value: "ticket.created")),
                HeaderView(.init(name: "X-Webhook-Signature", value: "sha256=1f00ab12…")),
            ]), note: "Values of the endpoint’s own headers are not shown.", body: body)

    static let attempts: [AttemptView] = [
        attempt(1, failure: .status5xx, total: 812_000), attempt(2, failure: nil, total: 96_000),
    ]

    private static func attempt(_ number: Int, failure: AttemptFailure?, total: Int64) -> AttemptView {
        let bar = TimingBar(
            Attempt.Timing(resolving: 3000, connecting: 12_000, waiting: total - 16_000, receiving: 1000, total: total),
            longest: 812_000)
        return AttemptView(
            tone: failure == nil ? "good" : "bad", heading: "Attempt \(number)",
            result: failure == nil ? PillView("200 OK", .good) : PillView("503 Service Unavailable", .bad), at: ago(60),
            total: Amount.time(microseconds: total), explanation: failure?.explanation ?? "The receiver took it.",
            advice: failure.map { FailureAdvice.advice($0, status: 503) }, timingHTML: bar.svg, phases: bar.phases,
            attemptFacts: [FactView("Address", "192.0.2.4", isCode: true)], hasFacts: true,
            responseHeaders: .init(headerSummary: "1", rows: [HeaderView(.init(name: "Server", value: "nginx"))]),
            responseBody: BodyView(Array("oops".utf8), size: 4, contentType: "text/plain"))
    }

    static let endpointRows: [EndpointRowView] = [
        endpoint("Billing", "active", .good, remark: nil),
        endpoint("Legacy CRM", "resting", .warn, remark: "503 Service Unavailable"),
        endpoint("Old partner", "disabled", .bad, remark: "answered 410 Gone"),
        endpoint("Loader", "paused", .mute, remark: "78 wait"),
    ]

    private static func endpoint(
        _ name: String, _ status: String, _ tone: PillView.Tone, remark: String?
    ) -> EndpointRowView {
        EndpointRowView(
            href: "/endpoints/end_1", name: name, address: "https://receiver.acme.example", customer: "Globex",
            status: PillView(status, tone), remark: remark, isTroubled: tone == .bad,
            sparkHTML: Sparkline.svg(outcomes), success: "89.5 %", p95: "120 ms", waiting: "3", nextAt: ago(-20))
    }

    static let fields: [FactView] = [
        FactView("Method", "POST"), FactView("Retries", "1s 5s 30s 5m", isCode: true),
        FactView("Customer", "Globex", href: "/customers/cus_1"),
    ]

    static func form(isFaulty: Bool) -> EndpointFormView {
        var faults = FieldFaults()
        if isFaulty {
            faults.url = "Webhooks are sent by HTTPS only."
            faults.filter = "$.data.total.$gt: expected number or string."
            faults.body = "The result is not JSON: unexpected character at 10."
            faults.authentication = "Write the password; one of another user is not kept."
            faults.tokenURL = "Webhooks are sent by HTTPS only."
            (faults.certificate, faults.key, faults.issuers) = ("Not PEM.", "Not PEM.", "Not PEM.")
            faults.headers = "Each line is a name, a colon and a value."
            faults.order = "Write the place as a JSON Pointer, like /ticket/id."
        }
        return EndpointFormView(
            base: "", heading: "New endpoint", crumbs: [LinkView(label: "Endpoints", href: "/endpoints")],
            action: "/endpoints", back: "/endpoints", submit: "Make the endpoint", faults: faults, hasFaults: isFaulty,
            name: "Warehouse", url: "http://receiver.acme.example/hooks",
            families: [
                .init(
                    label: "ticket", count: "1 of 2", isOpen: true,
                    types: [
                        .init(
                            name: "ticket.created", summary: "A ticket was opened.", isTicked: true, isDeprecated: false
                        ),
                        .init(name: "ticket.merged", summary: "Old.", isTicked: false, isDeprecated: true),
                    ])
            ], patterns: "order.*", channels: "", filter: .init(#"{"data.total": {"$gt": true}}"#, isOpen: isFaulty),
            body: .init(
                shapes: [
                    ChoiceView("envelope", "As published"), ChoiceView("slack", "Slack"),
                    ChoiceView("template", "A template of my own", isSelected: true),
                ], template: #"{"text": }"#, contentType: "application/json"),
            trialTypes: ChoicesView([ChoiceView("ticket.created", "ticket.created", isSelected: true)]),
            trialEvent: .init("", isOpen: false),
            filtered: .init(
                .warn, "It does not match", "ticket.created would not go out: 1 condition of the filter does not hold.",
                [.init(path: "$.data.total.$gt", wanted: #"{"$gt":100}"#, found: "12")]),
            preview: isFaulty ? nil : .init(type: "ticket.created", contentType: "application/json", body: body),
            authentication: .init(
                kinds: [ChoiceView("none", "None"), ChoiceView("basic", "Basic", isSelected: true)], isOpen: isFaulty,
                summary: "Basic", user: "ada", tokenURL: "", clientID: "", scope: "", audience: "",
                styles: ChoicesView([ChoiceView("basic", "Authorization: Basic", isSelected: true)]),
                passwordNote: "Empty: what is kept stays.", tokenNote: "", clientSecretNote: "", isSecretLost: isFaulty,
                offersUnsigned: !isFaulty, isUnsigned: false),
            identity: .init(
                isOpen: isFaulty, summary: "a certificate of ours",
                choices: isFaulty ? [ChoiceView("keep", "Keep what is there", isSelected: true)] : [],
                hasChoices: isFaulty, certificate: "", issuers: "", isKeyLost: isFaulty),
            headers: .init("X-Env: prod", isOpen: true),
            methods: ChoicesView([ChoiceView("POST", "POST", isSelected: true), ChoiceView("PUT", "PUT")]),
            schedule: "1s 5s 30s 5m",
            plan: .init(
                count: "5 attempts over 5 min 36 s",
                tries: [
                    .init(number: 1, after: "at once", at: ago(0)), .init(number: 2, after: "after 1 s", at: ago(-1)),
                ]),
            pace: "5 attempts over 5 min 36 s, 10 s each", opensPace: isFaulty, timeout: "10", concurrency: "64",
            rate: "",
            orders: [
                ChoiceView("none", "As soon as each is due", isSelected: true),
                ChoiceView("key", "One after the other for each", hint: "value at this place in the data:"),
            ], orderKey: "", customers: ChoicesView([ChoiceView("", "The workspace’s own", isSelected: true)]),
            asksForCustomers: true, includesCustomers: false)
    }

    static func endpointPage(isTroubled: Bool) -> EndpointView {
        EndpointView(
            path: "/endpoints/end_1", base: "", name: "Warehouse", address: "https://receiver.acme.example/hooks",
            status: isTroubled ? PillView("disabled", .bad) : PillView("active", .good), mayWrite: true, mayTest: true,
            isPortal: false, offersRecovery: true, isPaused: false, isDisabled: isTroubled,
            secrets: isTroubled
                ? [] : [OnceView(heading: "The signing secret, this once", text: "Copy it.", secret: "whsec_x")],
            banner: isTroubled
                ? .init(
                    tone: "bad", heading: "Disabled: failed ten times in a row", sentence: "12 deliveries wait.",
                    at: nil,
                    offersEnable: true, offersResume: false, holdsSome: true, held: "12") : nil,
            failure: isTroubled
                ? .init(
                    label: "503 Service Unavailable", explanation: "The receiver failed.", advice: "Look at its log.",
                    at: ago(9), href: "/deliveries/dlv_1") : nil,
            tiles: [
                .init(label: "Delivered", figure: "89.5 %", note: "of the newest 200", at: nil),
                .init(label: "p95", figure: "120 ms", note: "until the answer was complete", at: nil),
                .init(label: "Waiting", figure: "12", note: "next", at: ago(-5)),
                .init(label: "Last success", at: ago(70)),
            ], sparkHTML: Sparkline.svg(outcomes),
            test: isTroubled
                ? .init(
                    result: PillView("failed", .bad), sentence: "The receiver failed.", href: "/deliveries/dlv_2",
                    request: sentRequest, attempts: [attempts[0]]) : nil,
            testTypes: ChoicesView([ChoiceView("order.placed", "order.placed")]),
            deliveriesHref: "/deliveries?endpoint=end_1", deliveries: isTroubled ? deliveryRows : [],
            hasDeliveries: isTroubled, facts: fields, events: ["order.*", "ticket.created"],
            filter: isTroubled ? #"{"data.total": {"$gte": 10}}"# : nil,
            secretRows: isTroubled
                ? [
                    .init(name: "Newest", madeAt: ago(60), endsAt: nil),
                    .init(name: "Older", madeAt: ago(9000), endsAt: ago(-60)),
                ] : [],
            hasSecretRows: isTroubled, isUnsigned: !isTroubled)
    }

    // MARK: Pages

    static let outgoing: [Sample] = [
        Sample("endpoints", .endpoints, endpoints(endpointRows)), Sample("endpoints-empty", .endpoints, endpoints([])),
        Sample("endpoint-new", .endpoints, form(isFaulty: false)),
        Sample("endpoint-faulty", .endpoints, form(isFaulty: true)),
        Sample("endpoint", .endpoints, endpointPage(isTroubled: false)),
        Sample("endpoint-disabled", .endpoints, endpointPage(isTroubled: true)),
        Sample(
            "recover", .endpoints,
            RecoverView(
                path: "/endpoints/end_1", name: "Warehouse",
                states: [ChoiceView("exhausted", "Exhausted", hint: "their schedule is used up", isSelected: true)],
                since: ChoicesView([ChoiceView("24h", "Last 24 hours", isSelected: true)]), type: "",
                errors: ChoicesView([ChoiceView("", "Any outcome", isSelected: true)]), rate: "5", fault: nil,
                count: "312", isNone: false, sentence: "deliveries enter their schedule anew.")),
        Sample("deliveries", .deliveries, deliveries(deliveryRows)),
        Sample("deliveries-empty", .deliveries, deliveries([])),
        Sample(
            "delivery", .deliveries,
            DeliveryView(
                id: "dlv_1", path: "/deliveries/dlv_1", base: "", type: "ticket.created",
                state: PillView("waiting", .info), summary: "1 attempt at Warehouse failed so far.", facts: fields,
                mayRetry: true, mayDiscard: true, retryLabel: "Send now", request: sentRequest, attempts: attempts,
                missing: "2 earlier attempts not kept any more.",
                end: .init(
                    icon: "waiting", tone: "info", heading: "Next attempt", sentence: "3 are left.", at: ago(-5)),
                isOpen: true)),
        Sample(
            "recoveries", .deliveries,
            RecoveriesView(
                rows: [
                    .init(
                        href: "/recoveries/rcv_1", state: PillView(.running), what: "exhausted",
                        endpoint: LinkView(label: "Warehouse", href: "/endpoints/end_1"), progress: "40 of 312",
                        by: "Ada Lovelace", at: ago(30))
                ], hasRows: true)),
        Sample("recoveries-empty", .deliveries, RecoveriesView(rows: [], hasRows: false)),
        Sample(
            "recovery", .deliveries,
            RecoveryView(
                path: "/recoveries/rcv_1", heading: "Recovery of Warehouse", state: PillView(.running),
                sentence: "40 of 312 deliveries let go so far.", done: 40, total: 312, share: "12.8 %",
                hasProgress: true, isRunning: true,
                mayCancel: true, facts: fields, deliveriesHref: "/deliveries")),
        Sample(
            "event-types", .eventTypes,
            EventTypesView(
                text: "", mayWrite: true,
                groups: [
                    .init(
                        name: "Your own",
                        rows: [
                            .init(
                                href: "/event-types/order.placed", name: "order.placed", summary: "An order.",
                                remark: "deprecated", subscribers: "3", fired: "25×", firedAt: ago(40))
                        ])
                ], hasGroups: true, hasOwn: true, undescribed: [LinkView(label: "stock.low", href: "/event-types/new")],
                hasUndescribed: true)),
        Sample(
            "event-type", .eventTypes,
            EventTypePageView(
                path: "/event-types/order.placed", name: "order.placed", summary: "An order.", isOwn: true,
                remark: "deprecated", isPlanned: true, mayWrite: true, mayPublish: true, fault: "The data is not JSON.",
                sampleHTML: JSONMarkup.html(["total": 12]), schemaHTML: JSONMarkup.html(["type": "object"]),
                isWithoutSample: false,
                subscribers: [
                    .init(label: "Warehouse", href: "/endpoints/end_1", customer: "Globex", isFiltered: true)
                ],
                hasSubscribers: true, fired: "25 times in the last day, the last one", firedAt: ago(40),
                eventsHref: "/events", payload: "{}", channels: "", customers: ChoicesView([ChoiceView("", "None")]))),
        Sample(
            "event-type-new", .eventTypes,
            EventTypeFormView(
                heading: "Describe an event type", name: "", isNew: true, summary: "", schema: "", sample: "{}",
                isDeprecated: false, fault: nil, back: "/event-types")),
        Sample(
            "customers", .customers,
            CustomersView(
                mayWrite: true, fault: "There is such a customer already.", text: "",
                rows: [
                    .init(
                        href: "/customers/cus_1", name: "Globex", reference: "globex-7", endpoints: "3",
                        troubled: "1 in trouble", sessions: "1 session", at: ago(9000))
                ], hasRows: true, isFiltered: false, pager: PagerView(summary: "1 customer", newest: nil, next: nil),
                reference: "globex", name: "")),
        Sample(
            "customer", .customers,
            CustomerView(
                path: "/customers/cus_1", name: "Globex", reference: "globex-7", id: "cus_1", mayWrite: true,
                link: OnceView(
                    heading: "Send this link to Globex", text: "It opens once.",
                    secret: "https://x.test/portal/enter/mll_x"),
                endpoints: [.init(label: "Production", href: "/endpoints/end_1", status: PillView("active", .good))],
                hasEndpoints: true, newEndpointHref: "/endpoints/new?customer=cus_1",
                deliveriesHref: "/endpoints?customer=cus_1",
                sessions: [
                    .init(
                        path: "/customers/cus_1/portal/key_1/revoke", startedAt: ago(60), endsAt: ago(-9000),
                        bodies: "without bodies")
                ], hasSessions: true)),
        Sample("portal-door", nil, PortalDoorView(link: "mll_x")),
    ]

    private static func endpoints(_ rows: [EndpointRowView]) -> EndpointsView {
        EndpointsView(
            base: "", isPortal: false, mayWrite: true, text: "",
            selects: [SelectView("status", "Status", [("", "Any status")], selected: nil)], isFiltered: false,
            rows: rows,
            hasRows: !rows.isEmpty, pager: PagerView(summary: "\(rows.count) endpoints", newest: nil, next: nil))
    }

    private static func deliveries(_ rows: [DeliveryRowView]) -> DeliveriesView {
        DeliveriesView(
            base: "", isPortal: false, type: "", status: "",
            selects: [SelectView("state", "State", [("", "Any state")], selected: nil)], isFiltered: rows.isEmpty,
            mayRetry: true, isNewest: true, rows: rows, hasRows: !rows.isEmpty,
            pager: PagerView(summary: "\(rows.count) deliveries", newest: nil, next: "/deliveries?cursor=1"))
    }
}

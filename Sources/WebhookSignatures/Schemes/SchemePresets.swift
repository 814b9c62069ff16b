/// The vendors whose signatures a ``SignatureDescription`` can say.
///
/// Windows are the vendors' libraries' own. Where they state none, none is set: their repeats carry the first timestamp.
extension SchemeEntry {
    static let presets: [SchemeEntry] =
        codeHosting + operations + business + payments + messaging + standardWebhooks

    private static let codeHosting: [SchemeEntry] = [
        preset("github", "GitHub", .header("X-Hub-Signature-256", "sha256=").identified(.header("X-GitHub-Delivery"))),
        preset("gitea", "Gitea", [.forgejo, .gitea]),
        preset("forgejo", "Forgejo", [.forgejo, .gitea]),
        preset(
            "bitbucket", "Bitbucket",
            .header("X-Hub-Signature", "sha256=").identified(.header("X-Request-UUID"), .header("X-Request-Id"))),
        preset(
            "jira", "Jira", [.jira("sha256", .hmacSHA256), .jira("sha384", .hmacSHA384), .jira("sha512", .hmacSHA512)]),
        preset(
            "linear", "Linear",
            // The time is in the body, and older payloads have none.
            .header("Linear-Signature")
                .timed(.json("/webhookTimestamp"), .milliseconds, past: 60, future: 60, isRequired: false)
                .identified(.header("Linear-Delivery"))),
        preset(
            "trello", "Trello",
            .header("X-Trello-Webhook").signing("{body}{url}").with(.hmacSHA1).base64.identified(.json("/action/id")),
            settings: [.publicURL]),
    ]

    private static let operations: [SchemeEntry] = [
        preset(
            "sentry", "Sentry", .header("Sentry-Hook-Signature").identified(.header("Request-ID"))),
        preset(
            "pagerduty", "PagerDuty",
            .header("X-PagerDuty-Signature", "v1=").listed(by: ",")
                .identified(.header("X-Webhook-Id"), .json("/event/id"))),
        SchemeEntry(
            info: info(
                "grafana", "Grafana", [.grafana(SchemeSettings())],
                settings: [.header, .timestampHeader, .toleranceSeconds])
        ) { settings throws(SchemeError) in try DeclarativeScheme(.grafana(settings), settings: settings) },
    ]

    private static let business: [SchemeEntry] = [
        preset(
            "zendesk", "Zendesk",
            .header("X-Zendesk-Webhook-Signature").signing("{timestamp}{body}").base64
                .timed(.header("X-Zendesk-Webhook-Signature-Timestamp"), .rfc3339)
                .identified(.header("X-Zendesk-Webhook-Invocation-Id"))),
        preset("intercom", "Intercom", .header("X-Hub-Signature", "sha1=").with(.hmacSHA1).identified(.json("/id"))),
        preset("hubspot", "HubSpot", [.hubSpot3, .hubSpot1, .hubSpot2]),
        preset(
            "typeform", "Typeform", .header("Typeform-Signature", "sha256=").base64.identified(.json("/event_id"))),
        preset("dropbox", "Dropbox", .header("X-Dropbox-Signature")),
        preset(
            "workos", "WorkOS",
            .header("WorkOS-Signature", "v1=").listed(by: ", ").signing("{timestamp}.{body}")
                .timed(.part("t"), .milliseconds, past: 180, future: 180).identified(.json("/id"))),
        preset(
            "zoom", "Zoom",
            .header("x-zm-signature", "v0=").signing("v0:{timestamp}:{body}")
                .timed(.header("x-zm-request-timestamp"), past: 300, future: 300)),
    ]

    private static let payments: [SchemeEntry] = [
        preset(
            "stripe", "Stripe",
            .header("Stripe-Signature", "v1=").listed(by: ",").signing("{timestamp}.{body}")
                .timed(.part("t"), past: 300).identified(.json("/id"))),
        preset(
            "shopify", "Shopify",
            .header("X-Shopify-Hmac-SHA256").base64
                .identified(.header("X-Shopify-Event-Id"), .header("X-Shopify-Webhook-Id"))),
        preset("square", "Square", .square, settings: [.publicURL]),
        preset(
            "paddle", "Paddle",
            .header("Paddle-Signature", "h1=").listed(by: ";").signing("{timestamp}:{body}")
                .timed(.part("ts"), past: 5, future: 5).identified(.json("/event_id"))),
        preset(
            "gocardless", "GoCardless", .header("Webhook-Signature").identified(.json("/meta/webhook_id"))),
        preset(
            "razorpay", "Razorpay", .header("X-Razorpay-Signature").identified(.header("x-razorpay-event-id"))),
    ]

    private static let messaging: [SchemeEntry] = [
        preset(
            "slack", "Slack",
            .header("X-Slack-Signature", "v0=").signing("v0:{timestamp}:{body}")
                .timed(.header("X-Slack-Request-Timestamp"), past: 300, future: 300).identified(.json("/event_id"))),
        preset("meta", "Meta (WhatsApp, Messenger, Instagram)", .header("X-Hub-Signature-256", "sha256=")),
        preset("line", "LINE", .header("X-Line-Signature").base64),
        preset(
            "twitch", "Twitch EventSub",
            .header("Twitch-Eventsub-Message-Signature", "sha256=").signing("{id}{timestamp}{body}")
                .timed(.header("Twitch-Eventsub-Message-Timestamp"), .rfc3339, past: 600, future: 600)
                .identified(.header("Twitch-Eventsub-Message-Id"))),
        preset(
            "discord", "Discord",
            .header("X-Signature-Ed25519").signing("{timestamp}{body}").with(.ed25519, key: .hex)
                .timed(.header("X-Signature-Timestamp")).identified(.json("/id"))),
        preset(
            "telnyx", "Telnyx",
            .header("telnyx-signature-ed25519").signing("{timestamp}|{body}").with(.ed25519, key: .base64).base64
                .timed(.header("telnyx-timestamp"), past: 300, future: 300).identified(.json("/data/id"))),
        preset(
            "sinch", "Sinch",
            .header("x-sinch-webhook-signature").base64
                .signing("{body}.{header:x-sinch-webhook-signature-nonce}.{timestamp}")
                .timed(.header("x-sinch-webhook-signature-timestamp"))),
        preset("sinch_numbers", "Sinch Numbers", .header("x-sinch-signature").with(.hmacSHA1)),
        preset("mailersend", "MailerSend", .header("Signature")),
        preset("mailtrap", "Mailtrap", .header("Mailtrap-Signature")),
        preset("mailgun", "Mailgun", [.mailgunJSON, .mailgunForm]),
        preset(
            "mandrill", "Mandrill",
            .header("X-Mandrill-Signature").signing("{url}{form_sorted}").with(.hmacSHA1).base64,
            settings: [.publicURL]),
    ]

    private static let standardWebhooks: [SchemeEntry] = [
        preset("standard", "Standard Webhooks", .standard("webhook")),
        preset("gitlab_signing", "GitLab signing token", .standard("webhook")),
        preset("openai", "OpenAI", .openAI),
        preset("svix", "Svix", [.standard("svix"), .standard("webhook")]),
        preset("resend", "Resend", .standard("svix")),
    ]

    // MARK: Making entries

    private static func preset(
        _ name: String, _ title: String, _ description: SignatureDescription, settings: [SchemeSetting] = []
    ) -> SchemeEntry {
        preset(name, title, [description], settings: settings)
    }

    private static func preset(
        _ name: String, _ title: String, _ descriptions: [SignatureDescription], settings: [SchemeSetting] = []
    ) -> SchemeEntry {
        SchemeEntry(info: info(name, title, descriptions, settings: settings)) { settings throws(SchemeError) in
            let schemes = try descriptions.map { description throws(SchemeError) in
                try DeclarativeScheme(description, settings: settings)
            }
            return schemes.count == 1 ? schemes[0] : AlternativeSchemes(schemes: schemes)
        }
    }

    private static func info(
        _ name: String, _ title: String, _ descriptions: [SignatureDescription], settings: [SchemeSetting]
    ) -> SchemeInfo {
        let main = descriptions[0]
        return SchemeInfo(
            name: name, title: title, summary: distinct(descriptions.map(\.summary)).joined(separator: " "),
            secretForm: main.keyForm,
            settings: [.secrets] + (main.timestamp == nil ? [] : [.toleranceSeconds]) + settings,
            headers: distinct(descriptions.flatMap(\.headerNames)), toleranceSeconds: main.timestamp?.pastSeconds,
            isAuthenticated: true)
    }

    /// Each text once, where it first stood.
    private static func distinct(_ texts: [String]) -> [String] {
        texts.reduce(into: []) { seen, text in
            if !seen.contains(text) { seen.append(text) }
        }
    }
}

// MARK: - Descriptions with more to say than one line

extension SignatureDescription {
    fileprivate static let gitea = header("X-Gitea-Signature").identified(.header("X-Gitea-Delivery"))
    fileprivate static let forgejo = header("X-Forgejo-Signature")
        .identified(.header("X-Forgejo-Delivery"), .header("X-Gitea-Delivery"))

    /// Jira writes the method it used before the signature; only these are taken at their word.
    fileprivate static func jira(_ method: String, _ algorithm: SignatureAlgorithm) -> SignatureDescription {
        header("X-Hub-Signature", "\(method)=").with(algorithm)
            .identified(.header("X-Atlassian-Webhook-Identifier"))
    }

    /// Grafana lets people name the headers, and signs the time only when its header has a name.
    fileprivate static func grafana(_ settings: SchemeSettings) -> SignatureDescription {
        let plain = header(settings.header ?? "X-Grafana-Alerting-Signature")
        guard let timestampHeader = settings.timestampHeader else { return plain }
        return plain.signing("{timestamp}:{body}").timed(.header(timestampHeader), past: 300, future: 300)
    }

    fileprivate static var square: SignatureDescription {
        var description = header("x-square-hmacsha256-signature").signing("{url}{body}").base64
            .identified(.json("/event_id"))
        description.refusesEmptyBody = true
        return description
    }

    /// HubSpot's document says that it decodes some escapes of the URL before signing, its library does not.
    fileprivate static var hubSpot3: SignatureDescription {
        header("X-HubSpot-Signature-v3")
            .signing("{method}{url}{body}{timestamp}", "{method}{url_unescaped}{body}{timestamp}").base64
            .timed(.header("X-HubSpot-Request-Timestamp"), .milliseconds, past: 300)
    }

    fileprivate static let hubSpot1 = olderHubSpot("v1", "{secret}{body}")
    fileprivate static let hubSpot2 = olderHubSpot("v2", "{secret}{method}{url}{body}")

    private static func olderHubSpot(_ version: String, _ template: String) -> SignatureDescription {
        var description = header("X-HubSpot-Signature").signing(template).with(.sha256)
        description.condition = HeaderCondition(header: "X-HubSpot-Signature-Version", value: version)
        return description
    }

    /// Mailgun signs neither the event nor the message: who has seen one request can send any other with its token,
    /// which therefore must count as the idempotency key. Repeats, up to 8 hours later, carry the first timestamp.
    fileprivate static let mailgunJSON = mailgun { .json("/signature/\($0)") }
    fileprivate static let mailgunForm = mailgun { .form($0) }

    private static func mailgun(_ field: (String) -> ValueSource) -> SignatureDescription {
        SignatureDescription(signature: field("signature")).signing("{timestamp}{id}")
            .timed(field("timestamp"), past: 43200, future: 300).identified(field("token"))
    }

    /// Standard Webhooks 1.0.0; the family is what the three headers begin with.
    fileprivate static func standard(_ family: String) -> SignatureDescription {
        var description = header("\(family)-signature", "v1,").listed(by: " ").signing("{id}.{timestamp}.{body}")
            .with(.hmacSHA256, key: .whsec).base64
            .timed(.header("\(family)-timestamp"), past: 300, future: 300).identified(.header("\(family)-id"))
        description.publicKeyPrefix = "v1a,"
        return description
    }

    /// OpenAI's library takes a signature without a version for a `v1` one.
    fileprivate static var openAI: SignatureDescription {
        var description = standard("webhook")
        description.isPrefixOptional = true
        return description
    }
}

// MARK: - A vocabulary for the table

extension SignatureDescription {
    static func header(_ name: String, _ prefix: String = "") -> SignatureDescription {
        SignatureDescription(signature: .header(name), prefix: prefix)
    }

    func signing(_ templates: String...) -> SignatureDescription { changed { $0.templates = templates } }

    fileprivate func listed(by separator: String) -> SignatureDescription { changed { $0.listSeparator = separator } }

    fileprivate func with(_ algorithm: SignatureAlgorithm, key: SecretForm = .text) -> SignatureDescription {
        changed {
            $0.algorithm = algorithm
            $0.keyForm = key
        }
    }

    fileprivate var base64: SignatureDescription { changed { $0.encoding = .base64 } }

    func timed(
        _ source: ValueSource, _ unit: Timestamp.Unit = .seconds, past: Int64? = nil, future: Int64? = nil,
        isRequired: Bool = true
    ) -> SignatureDescription {
        changed {
            $0.timestamp = Timestamp(
                source, unit: unit, pastSeconds: past, futureSeconds: future, isRequired: isRequired)
        }
    }

    func identified(_ sources: ValueSource...) -> SignatureDescription { changed { $0.id = sources } }

    private func changed(_ change: (inout SignatureDescription) -> Void) -> SignatureDescription {
        var copy = self
        change(&copy)
        return copy
    }

    /// The headers it reads, the signature's first.
    var headerNames: [String] {
        let places = [signature] + (timestamp.map { [$0.source] } ?? []) + id
        let names = places.compactMap { if case .header(let name) = $0 { name } else { nil } }
        return names + (condition.map { [$0.header] } ?? [])
    }

    /// What is signed and how, in a sentence.
    fileprivate var summary: String {
        let method =
            switch algorithm {
            case .ed25519: "Ed25519"
            case .sha256: "SHA-256"
            default: algorithm.rawValue.uppercased()
            }
        var text = "\(method) of \(templates.map { "`\($0)`" }.joined(separator: " or ")), \(encoding.rawValue)"
        if !prefix.isEmpty { text += " after `\(prefix)`" }
        if let publicKeyPrefix { text += "; Ed25519 after `\(publicKeyPrefix)`" }
        return text + "."
    }
}

import Crypto
import HubCore
import Testing

@testable import WebhookSignatures

/// A sender of one scheme, written down by hand from the vendor's rules.
struct Sample: Sendable, CustomTestStringConvertible {
    let scheme: String
    /// Where the signature stands; nil when it is in the body.
    let signatureHeader: String?
    /// Where the timestamp stands when it has a header of its own.
    var timestampHeader: String?
    /// How far the time may lie back and ahead; nil for a sender without a time.
    var window: (past: Int64?, future: Int64?)?
    var secrets = ["first secret", "second secret"]
    /// What a request of now looks like.
    let make: @Sendable (_ secret: String, _ seconds: Int64) -> Message

    struct Message: Sendable {
        var headers: [(String, String)]
        var body = Sample.body
        var url = Sample.url

        var request: SignedRequest { SignedRequest(method: "POST", url: url, headers: headers, body: body) }

        func without(_ name: String) -> Message {
            var copy = self
            copy.headers.removeAll { $0.0 == name }
            return copy
        }

        func replacing(_ name: String, with value: String) -> Message {
            var copy = self
            copy.headers = headers.map { $0.0 == name ? (name, value) : $0 }
            return copy
        }

        func value(_ name: String) -> String { headers.first { $0.0 == name }?.1 ?? "" }
    }

    static let now: Int64 = 1_767_225_600
    static let url = "https://hub.example.com/in?b=2&a=1"
    static let body = Array(#"{"id":"evt_1","n":1}"#.utf8)
    static let bodyText = #"{"id":"evt_1","n":1}"#

    var testDescription: String { scheme }

    func verifier(secrets: [String]? = nil) throws -> Verifier {
        try Verifier(scheme: scheme, settings: SchemeSettings(secrets: secrets ?? self.secrets))
    }

    func message(secret: Int = 0, seconds: Int64 = now) -> Message { make(secrets[secret], seconds) }
}

// MARK: - Making signatures

/// The code of a text under a secret's text.
func code(_ function: MessageAuthentication, _ secret: String, _ text: String) -> [UInt8] {
    code(function, Array(secret.utf8), text)
}

/// The HMAC-SHA256 of a text under a secret, in hex.
func hexCode(_ secret: String, _ text: String) -> String { hex(.sha256, secret, text) }

private func hex(_ function: MessageAuthentication, _ secret: String, _ text: String) -> String {
    Hex.encode(code(function, secret, text))
}

private func base64(_ function: MessageAuthentication, _ secret: String, _ text: String) -> String {
    Base64.encode(code(function, secret, text))
}

private func code(_ function: MessageAuthentication, _ key: [UInt8], _ text: String) -> [UInt8] {
    function.code(SymmetricKey(data: key), over: [Array(text.utf8)])
}

/// An Ed25519 key whose seed is 32 times the byte.
private func pair(_ byte: UInt8) -> Curve25519.Signing.PrivateKey {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: byte, count: 32)) else {
        preconditionFailure("32 bytes are a seed")
    }
    return key
}

private func ed25519(_ publicKey: String, _ text: String) -> [UInt8] {
    for byte in UInt8(1)...3 {
        let key = pair(byte)
        let bytes = Array(key.publicKey.rawRepresentation)
        guard [Hex.encode(bytes), Base64.encode(bytes), "whpk_" + Base64.encode(bytes)].contains(publicKey) else {
            continue
        }
        return (try? key.signature(for: Array(text.utf8))).map { Array($0) } ?? []
    }
    return []
}

private func publicKeys(_ write: ([UInt8]) -> String) -> [String] {
    [1, 2].map { write(Array(pair($0).publicKey.rawRepresentation)) }
}

private let whsec = [
    "whsec_" + Base64.encode([UInt8](repeating: 1, count: 24)), Base64.encode([UInt8](repeating: 2, count: 32)),
]

private func standard(_ family: String, _ secret: String, _ seconds: Int64) -> Sample.Message {
    let text = "msg_1.\(seconds).\(Sample.bodyText)"
    let signature =
        secret.hasPrefix("whpk_")
        ? "v1a," + Base64.encode(ed25519(secret, text))
        : "v1," + Base64.encode(code(.sha256, StandardKey.symmetric(secret) ?? [], text))
    return .init(headers: [
        ("\(family)-id", "msg_1"), ("\(family)-timestamp", String(seconds)), ("\(family)-signature", signature),
    ])
}

// MARK: - The senders

extension Sample {
    static let all: [Sample] = ours + overBody + timed + overURL + keyed

    static let ours: [Sample] = [
        Sample(
            scheme: "signed", signatureHeader: "X-IW-Signature", timestampHeader: "X-IW-Timestamp", window: (300, 300)
        ) { secret, seconds in
            .init(headers: [
                ("X-IW-Signature", "sha256=" + hex(.sha256, secret, bodyText)), ("X-IW-Timestamp", String(seconds)),
                ("X-IW-Idempotency-Key", "key-1"),
            ])
        },
        Sample(
            scheme: "signed-strict", signatureHeader: "X-IW-Signature", timestampHeader: "X-IW-Timestamp",
            window: (300, 300)
        ) { secret, seconds in
            .init(headers: [
                ("X-IW-Signature", "sha256=" + hex(.sha256, secret, "\(seconds).key-1.\(bodyText)")),
                ("X-IW-Timestamp", String(seconds)), ("X-IW-Idempotency-Key", "key-1"),
            ])
        },
    ]

    private static func bodyHex(
        _ scheme: String, _ header: String, _ prefix: String = "", _ function: MessageAuthentication = .sha256
    ) -> Sample {
        Sample(scheme: scheme, signatureHeader: header) { secret, _ in
            .init(headers: [(header, prefix + hex(function, secret, bodyText))])
        }
    }

    private static func bodyBase64(_ scheme: String, _ header: String, _ prefix: String = "") -> Sample {
        Sample(scheme: scheme, signatureHeader: header) { secret, _ in
            .init(headers: [(header, prefix + base64(.sha256, secret, bodyText))])
        }
    }

    private static let overBody: [Sample] = [
        bodyHex("github", "X-Hub-Signature-256", "sha256="), bodyHex("gitea", "X-Gitea-Signature"),
        bodyHex("forgejo", "X-Forgejo-Signature"), bodyHex("bitbucket", "X-Hub-Signature", "sha256="),
        bodyHex("jira", "X-Hub-Signature", "sha256="), bodyHex("jira", "X-Hub-Signature", "sha512=", .sha512),
        bodyHex("meta", "X-Hub-Signature-256", "sha256="), bodyHex("intercom", "X-Hub-Signature", "sha1=", .sha1),
        bodyHex("sentry", "Sentry-Hook-Signature"), bodyHex("dropbox", "X-Dropbox-Signature"),
        bodyHex("pagerduty", "X-PagerDuty-Signature", "v1="), bodyHex("grafana", "X-Grafana-Alerting-Signature"),
        bodyHex("gocardless", "Webhook-Signature"), bodyHex("razorpay", "X-Razorpay-Signature"),
        bodyHex("mailersend", "Signature"), bodyHex("mailtrap", "Mailtrap-Signature"),
        bodyHex("sinch_numbers", "x-sinch-signature", "", .sha1), bodyBase64("shopify", "X-Shopify-Hmac-SHA256"),
        bodyBase64("typeform", "Typeform-Signature", "sha256="), bodyBase64("line", "X-Line-Signature"),
    ]

    private static let timed: [Sample] = [
        Sample(
            scheme: "slack", signatureHeader: "X-Slack-Signature", timestampHeader: "X-Slack-Request-Timestamp",
            window: (300, 300)
        ) { secret, seconds in
            .init(headers: [
                ("X-Slack-Signature", "v0=" + hex(.sha256, secret, "v0:\(seconds):\(bodyText)")),
                ("X-Slack-Request-Timestamp", String(seconds)),
            ])
        },
        Sample(
            scheme: "zoom", signatureHeader: "x-zm-signature", timestampHeader: "x-zm-request-timestamp",
            window: (300, 300)
        ) { secret, seconds in
            .init(headers: [
                ("x-zm-signature", "v0=" + hex(.sha256, secret, "v0:\(seconds):\(bodyText)")),
                ("x-zm-request-timestamp", String(seconds)),
            ])
        },
        Sample(scheme: "stripe", signatureHeader: "Stripe-Signature", window: (300, nil)) { secret, seconds in
            .init(headers: [
                ("Stripe-Signature", "t=\(seconds),v1=\(hex(.sha256, secret, "\(seconds).\(bodyText)"))")
            ])
        },
        Sample(scheme: "paddle", signatureHeader: "Paddle-Signature", window: (5, 5)) { secret, seconds in
            .init(headers: [
                ("Paddle-Signature", "ts=\(seconds);h1=\(hex(.sha256, secret, "\(seconds):\(bodyText)"))")
            ])
        },
        Sample(scheme: "workos", signatureHeader: "WorkOS-Signature", window: (180, 180)) { secret, seconds in
            .init(headers: [
                ("WorkOS-Signature", "t=\(seconds)000, v1=\(hex(.sha256, secret, "\(seconds)000.\(bodyText)"))")
            ])
        },
        Sample(scheme: "linear", signatureHeader: "Linear-Signature", window: (60, 60)) { secret, seconds in
            let body = #"{"webhookTimestamp":\#(seconds)000}"#
            return .init(headers: [("Linear-Signature", hex(.sha256, secret, body))], body: Array(body.utf8))
        },
        Sample(
            scheme: "zendesk", signatureHeader: "X-Zendesk-Webhook-Signature",
            timestampHeader: "X-Zendesk-Webhook-Signature-Timestamp"
        ) { secret, seconds in
            let time = Timestamp(seconds: seconds).rfc3339
            return .init(headers: [
                ("X-Zendesk-Webhook-Signature", base64(.sha256, secret, time + bodyText)),
                ("X-Zendesk-Webhook-Signature-Timestamp", time),
            ])
        },
        Sample(
            scheme: "twitch", signatureHeader: "Twitch-Eventsub-Message-Signature",
            timestampHeader: "Twitch-Eventsub-Message-Timestamp", window: (600, 600)
        ) { secret, seconds in
            let time = Timestamp(seconds: seconds).rfc3339
            return .init(headers: [
                ("Twitch-Eventsub-Message-Signature", "sha256=" + hex(.sha256, secret, "id-1\(time)\(bodyText)")),
                ("Twitch-Eventsub-Message-Timestamp", time), ("Twitch-Eventsub-Message-Id", "id-1"),
            ])
        },
        Sample(
            scheme: "sinch", signatureHeader: "x-sinch-webhook-signature",
            timestampHeader: "x-sinch-webhook-signature-timestamp"
        ) { secret, seconds in
            .init(headers: [
                ("x-sinch-webhook-signature", base64(.sha256, secret, "\(bodyText).nonce.\(seconds)")),
                ("x-sinch-webhook-signature-nonce", "nonce"), ("x-sinch-webhook-signature-timestamp", String(seconds)),
            ])
        },
        Sample(scheme: "mailgun", signatureHeader: nil, window: (43200, 300)) { secret, seconds in
            let signature = hex(.sha256, secret, "\(seconds)token")
            let body = #"{"signature":{"timestamp":"\#(seconds)","token":"token","signature":"\#(signature)"}}"#
            return .init(headers: [], body: Array(body.utf8))
        },
        Sample(scheme: "mailgun", signatureHeader: nil, window: (43200, 300)) { secret, seconds in
            let form = "token=token&timestamp=\(seconds)&signature=\(hex(.sha256, secret, "\(seconds)token"))"
            return .init(headers: [("Content-Type", "application/x-www-form-urlencoded")], body: Array(form.utf8))
        },
    ]

    private static let overURL: [Sample] = [
        Sample(scheme: "trello", signatureHeader: "X-Trello-Webhook") { secret, _ in
            .init(headers: [("X-Trello-Webhook", base64(.sha1, secret, bodyText + url))])
        },
        Sample(scheme: "square", signatureHeader: "x-square-hmacsha256-signature") { secret, _ in
            .init(headers: [("x-square-hmacsha256-signature", base64(.sha256, secret, url + bodyText))])
        },
        Sample(
            scheme: "hubspot", signatureHeader: "X-HubSpot-Signature-v3",
            timestampHeader: "X-HubSpot-Request-Timestamp", window: (300, nil)
        ) { secret, seconds in
            .init(headers: [
                ("X-HubSpot-Signature-v3", base64(.sha256, secret, "POST\(url)\(bodyText)\(seconds)000")),
                ("X-HubSpot-Request-Timestamp", "\(seconds)000"),
            ])
        },
        Sample(scheme: "hubspot", signatureHeader: "X-HubSpot-Signature") { secret, _ in
            let digest = SHA256.hash(data: Array("\(secret)POST\(url)\(bodyText)".utf8))
            return .init(headers: [
                ("X-HubSpot-Signature", Hex.encode(digest)), ("X-HubSpot-Signature-Version", "v2"),
            ])
        },
        Sample(scheme: "mandrill", signatureHeader: "X-Mandrill-Signature") { secret, _ in
            .init(
                headers: [
                    ("X-Mandrill-Signature", base64(.sha1, secret, "\(url)a2b1")),
                    ("Content-Type", "application/x-www-form-urlencoded"),
                ], body: Array("b=1&a=2".utf8))
        },
        Sample(scheme: "twilio", signatureHeader: "X-Twilio-Signature") { secret, _ in
            .init(
                headers: [
                    ("X-Twilio-Signature", base64(.sha1, secret, "\(url)a2b1")),
                    ("Content-Type", "application/x-www-form-urlencoded"),
                ], body: Array("b=1&a=2".utf8))
        },
    ]

    private static let keyed: [Sample] =
        ["standard", "gitlab_signing", "openai"].map { standardSample($0, "webhook", whsec) }
        + ["svix", "resend"].map { standardSample($0, "svix", whsec) }
        + [
            standardSample("standard", "webhook", publicKeys { "whpk_" + Base64.encode($0) }),
            Sample(
                scheme: "discord", signatureHeader: "X-Signature-Ed25519", timestampHeader: "X-Signature-Timestamp",
                secrets: publicKeys { Hex.encode($0) }
            ) { secret, seconds in
                .init(headers: [
                    ("X-Signature-Ed25519", Hex.encode(ed25519(secret, "\(seconds)\(bodyText)"))),
                    ("X-Signature-Timestamp", String(seconds)),
                ])
            },
            Sample(
                scheme: "telnyx", signatureHeader: "telnyx-signature-ed25519", timestampHeader: "telnyx-timestamp",
                window: (300, 300), secrets: publicKeys { Base64.encode($0) }
            ) { secret, seconds in
                .init(headers: [
                    ("telnyx-signature-ed25519", Base64.encode(ed25519(secret, "\(seconds)|\(bodyText)"))),
                    ("telnyx-timestamp", String(seconds)),
                ])
            },
        ]

    private static func standardSample(_ scheme: String, _ family: String, _ secrets: [String]) -> Sample {
        Sample(
            scheme: scheme, signatureHeader: "\(family)-signature", timestampHeader: "\(family)-timestamp",
            window: (300, 300), secrets: secrets
        ) { secret, seconds in standard(family, secret, seconds) }
    }
}

import Hub
import HubCore
import HubStorage
import HubText
import Integrations
import WebhookSignatures

/// The page of one source.
struct SourcePage {
    let visit: Visit
    let source: Source
    /// A secret that was made just now.
    let shown: Secret<String>?

    func response() async throws -> ConsoleResponse {
        let descriptor = Catalog.integration(slug: source.integration)?.descriptor
        var filter = LogFilter()
        filter.source = source.id
        let log = try await LogPage(visit, filter, LogCursor(), limit: 8)
        let view = SourceView(
            name: source.name, path: "/sources/\(source.name)", lede: descriptor?.summary ?? "",
            state: source.isDisabled ? PillView("disabled", .mute) : PillView("active", .good), mayWrite: visit.isAdmin,
            secrets: shown.map { [once($0)] } ?? [], warning: try await warning(), url: visit.url(of: source),
            integrationName: descriptor?.name ?? source.integration, documentation: descriptor?.documentation,
            setup: SetupSteps.views(
                descriptor?.setup ?? [], url: visit.url(of: source), secret: shown?.reveal()),
            logsURL: "/settings/webhooks/logs?source=\(source.name)", rows: log.rows, hasRows: !log.rows.isEmpty,
            facts: facts, secretSummary: secretSummary,
            streams: visit.streamChoices(selected: source.options.stream, none: "As the payload says"),
            topic: source.options.topic ?? "", onlyEvents: source.options.onlyEvents?.joined(separator: ", ") ?? "",
            excludeEvents: source.options.excludeEvents.joined(separator: ", "),
            rate: source.options.ratePerMinute.map(String.init) ?? "", isDisabled: source.isDisabled)
        return visit.page(view, .sources, title: source.name)
    }

    private func once(_ secret: Secret<String>) -> OnceView {
        // It has to be in the open here: the person copies it, and we cannot show it again.
        OnceView(
            heading: "The secret, this once", text: "Copy it now: it is kept sealed, and cannot be shown again.",
            secret: secret.reveal())
    }

    private func warning() async throws -> String? {
        if source.verification.scheme == "none" {
            return
                "Anyone who knows this URL can send: the source demands no proof. Choose a scheme if the tool can sign."
        }
        let runtime = try await visit.hub.runtimes.runtime(of: visit.workspace)
        return runtime?.prepared(source, at: visit.now)?.problem.map { "Requests are refused: \($0.sentence)" }
    }

    private var facts: [FactView] {
        let verification = source.verification
        let scheme = SchemeInfo.named(verification.scheme)
        var facts = [
            FactView("Verification", scheme?.title ?? verification.scheme),
            FactView("Tolerance", Amount.span(seconds: verification.toleranceSeconds)),
            FactView("Repeats", "known for \(Amount.span(seconds: verification.idempotencyTTLSeconds))"),
            FactView("Body", "up to \(Amount.bytes(Int64(source.options.maxBodyBytes)))"),
            FactView("Keeps", Self.name(of: source.storage)), FactView("Made", visit.time(source.createdAt, .full)),
        ]
        if let bot = source.bot.flatMap(visit.configuration.bot) { facts.append(FactView("Bot", bot.name)) }
        return facts
    }

    private static func name(of policy: Source.StoragePolicy) -> String {
        switch policy {
        case .full: "everything"
        case .metadata: "no bodies"
        case .renderOnly: "the message alone"
        }
    }

    private var secretSummary: String { Self.summary(of: source.verification.secrets, visit) }

    static func summary(of secrets: [StoredSecret], _ visit: Visit) -> String {
        let good = secrets.filter { $0.expiresAt.map { visit.now < $0 } ?? true }
        guard let newest = good.first else { return "None yet." }
        let made = "made \(visit.time(newest.createdAt, .day).text)"
        return good.count == 1 ? "One, \(made)." : "\(good.count) are good at the moment; the newest was \(made)."
    }
}

/// The steps of an integration's guide, with the source's own URL and secret in their places.
enum SetupSteps {
    /// - Parameters:
    ///   - url: nil where no source is meant.
    ///   - secret: nil when it is not known, which is always but once.
    static func views(_ steps: [IntegrationDescriptor.SetupStep], url: String?, secret: String?) -> [SetupStepView] {
        func filled(_ text: String) -> String {
            text.replacing("{url}", with: url ?? "the source’s URL")
                .replacing("{secret}", with: secret ?? "the source’s secret")
        }
        return steps.map { step in
            var text = filled(step.text)
            var code = step.code
            // A box with nothing but the thing to copy is not there without it; a file to fill in stays.
            if (url == nil && code == "{url}") || (secret == nil && code == "{secret}") {
                text += " *\(filled(code ?? ""))*."
                code = nil
            }
            return SetupStepView(textHTML: SafeHTML(made: Markdown.html(text)), code: code.map(filled))
        }
    }
}

/// Reads a sample as this source would, and says what would follow; nothing is stored.
struct SourceTrial {
    let visit: Visit
    let source: Source

    func response() async throws -> ConsoleResponse {
        guard let prepared = try await visit.hub.runtimes.runtime(of: visit.workspace)?.prepared(source, at: visit.now),
            let sample = prepared.integration.samples.first
        else { return visit.notFound }
        var messages: [MessageView] = []
        var ignored: [String] = []
        let trial = await trial(sample, prepared)
        for finding in trial.findings {
            switch finding.meaning {
            case .message(let draft): messages.append(view(draft.truncated(), prepared))
            case .transcript: ignored.append("It would be kept as a transcript.")
            case .ignored(let reason): ignored.append("\(reason)".sentence)
            case .unreadable(let error): ignored.append("\(error)".sentence)
            }
        }
        let result = trial.trouble == nil ? PillView(trial.verdict, .good) : PillView("not ready", .warn)
        let how = trial.verdict == "verified" ? "sent through its door, signed, verified and read" : "read"
        let said = ignored.first ?? "The sample \(sample.name), \(how) with this source’s settings."
        let lede = [trial.trouble?.sentence, said, "Nothing was stored."].compactMap { $0 }.joined(separator: " ")
        let view = TestResultView(
            name: source.name, path: "/sources/\(source.name)", lede: lede, result: result, messages: messages,
            hasMessages: !messages.isEmpty, command: ShellCommand.send(sample, to: source, url: visit.url(of: source)))
        return visit.page(view, .sources, title: "Test of \(source.name)")
    }

    private struct Trial {
        var findings: [Finding] = []
        var verdict = "readable"
        var trouble: String?
    }

    /// Through the door when the hub can sign as the sender would; else only read.
    private func trial(_ sample: Sample, _ prepared: PreparedSource) async -> Trial {
        do throws(SetupError) {
            switch try await visit.hub.tryOut(source, with: sample) {
            case .accepted(let acceptance): return Trial(findings: acceptance.findings, verdict: "verified")
            case .refused(let refusal): return Trial(trouble: refusal.detail)
            case .duplicate: return Trial(trouble: "it came before")
            }
        } catch {
            let trouble = source.isDisabled ? "the source is disabled" : prepared.problem
            switch CatalogueRoutes.read(sample, prepared.integration, prepared.parameters, visit.hub.templates) {
            case .failure(let error): return Trial(trouble: trouble ?? "\(error)")
            case .success(let findings): return Trial(findings: findings, trouble: trouble)
            }
        }
    }

    private func view(_ draft: MessageDraft, _ prepared: PreparedSource) -> MessageView {
        let stream = source.options.stream.flatMap { visit.configuration.stream(matching: $0) }
        let place = stream.flatMap { visit.link(to: .stream($0.id), topic: draft.topic) }
        return MessageView(
            sender: prepared.integration.descriptor.name, body: draft.body, severity: draft.severity,
            place: place ?? LinkView(label: draft.topic, href: "/streams"))
    }
}

/// Requests as a shell sends them.
enum ShellCommand {
    static func send(_ sample: Sample, to source: Source, url: String) -> String? {
        send(body: sample.body, contentType: sample.contentType, headers: sample.headers, to: source, url: url)
    }

    /// Signed with the secret in the variable `SECRET`.
    ///
    /// - Returns: nil for schemes that the hub does not sign as.
    static func send(
        body: String, contentType: String, headers: Fields = Fields(), to source: Source, url: String
    ) -> String? {
        guard let proof = proof(source.verification.scheme, prefix: source.verification.headerPrefix) else {
            return nil
        }
        let lines = ["body=\(quoted(body))"] + proof.lines
        let options =
            ["-H \(quoted("Content-Type: \(contentType)"))"]
            + headers.fields.map { "-H \(quoted("\($0.name): \($0.value)"))" }
            + proof.headers.map { "-H \"\($0)\"" } + ["--data-raw \"$body\""]
        let curl = "curl -sS \(quoted(url)) \\\n  " + options.joined(separator: " \\\n  ")
        return (lines + [curl]).joined(separator: "\n")
    }

    /// What a request needs besides its body: lines before it, and headers within double quotes.
    private static func proof(_ scheme: String, prefix: String) -> (lines: [String], headers: [String])? {
        let now = ["time=$(date +%s)", "id=test-$time"]
        let own = [
            "\(prefix)-Signature: sha256=$signature", "\(prefix)-Timestamp: $time", "\(prefix)-Idempotency-Key: $id",
        ]
        return switch scheme {
        case "none": ([], [])
        case "signed": (now + [hexSignature(of: "$body")], own)
        case "signed-strict": (now + [hexSignature(of: "$time.$id.$body")], own)
        case "github": ([hexSignature(of: "$body")], ["X-Hub-Signature-256: sha256=$signature"])
        case "standard":
            (
                now + [
                    #"key=$(printf %s "${SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')"#,
                    #"signature=$(printf %s "$id.$time.$body" | openssl dgst -sha256 -mac HMAC "#
                        + #"-macopt "hexkey:$key" -binary | openssl base64 -A)"#,
                ], ["webhook-id: $id", "webhook-timestamp: $time", "webhook-signature: v1,$signature"]
            )
        case "bearer": ([], ["Authorization: Bearer $SECRET"])
        case "gitlab": ([], ["X-Gitlab-Token: $SECRET"])
        default: nil
        }
    }

    private static func hexSignature(of text: String) -> String {
        #"signature=$(printf %s "\#(text)" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)"#
    }

    /// In single quotes, as every POSIX shell reads them.
    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "'\\''") + "'"
    }
}

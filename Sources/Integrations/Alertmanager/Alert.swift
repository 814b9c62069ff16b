import HubCore

/// One alert of a group.
struct Alert: Sendable {
    /// What all alerts of the group share; stands in for what an alert itself does not say.
    struct Common: Sendable {
        let status: String?
        let labels: [String: String]
        let annotations: [String: String]
        let externalURL: String?
        let groupKey: String?

        init(_ payload: Payload) {
            status = payload["status"].filledText
            labels = Alert.texts(payload["groupLabels"]).merging(Alert.texts(payload["commonLabels"])) { $1 }
            annotations = Alert.texts(payload["commonAnnotations"])
            externalURL = payload["externalURL"].filledText
            groupKey = payload["groupKey"].filledText
        }
    }

    let event: Alertmanager.Event
    private let labels: [String: String]
    private let annotations: [String: String]
    private let startsAt: String?
    private let endsAt: String?
    private let generatorURL: String?
    private let externalURL: String?
    /// Names the alert by its labels, as Alertmanager computes it; the same when it fires and when it is over.
    let threadKey: String?

    init(_ alert: Payload, _ common: Common) {
        event = (alert["status"].filledText ?? common.status)?.lowercased() == "resolved" ? .resolved : .firing
        let ownLabels = Self.texts(alert["labels"])
        labels = common.labels.merging(ownLabels) { $1 }
        annotations = common.annotations.merging(Self.texts(alert["annotations"])) { $1 }
        startsAt = alert["startsAt"].filledText
        endsAt = alert["endsAt"].filledText
        generatorURL = alert["generatorURL"].filledText
        externalURL = common.externalURL
        threadKey =
            if let fingerprint = alert["fingerprint"].filledText {
                "alert:\(fingerprint)"
            } else if !ownLabels.isEmpty {
                "alert:" + ownLabels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
            } else {
                common.groupKey.map { "alerts:\($0)" }
            }
    }

    private static func texts(_ object: Payload) -> [String: String] {
        Dictionary(
            object.members.compactMap { member in member.value.filledText.map { (member.key, $0) } },
            uniquingKeysWith: { $1 })
    }

    func topic(_ context: ReadingContext) -> String {
        value(context.text("name") ?? "instance") ?? labels["alertname"] ?? "Alertmanager"
    }

    var severity: Severity {
        switch (labels["severity"] ?? labels["level"] ?? annotations["severity"])?.lowercased() {
        case "critical", "error", "page", "emergency", "fatal", "high", "disaster": .error
        case "info", "information", "informational", "none", "notice", "low": .info
        default: .warning
        }
    }

    private func value(_ name: String) -> String? { labels[name] ?? annotations[name] }

    // MARK: Wording

    func markdown(_ context: ReadingContext) -> String {
        var line = [name, text(context), links].compactMap { $0 }.joined(separator: " ")
        let details = [labelText, timeText].filter { !$0.isEmpty }.joined(separator: ", ")
        if !details.isEmpty { line += "\n\(details)" }
        return line
    }

    private var name: String? { labels["alertname"].map { Markdown.bold($0) } }

    private func text(_ context: ReadingContext) -> String? {
        if let chosen = context.text("desc").flatMap(value) {
            return chosen == labels["alertname"] ? nil : Markdown.escaped(chosen)
        }
        let texts = ["summary", "description", "message"].compactMap { annotations[$0] }
        return texts.isEmpty ? nil : texts.map { Markdown.escaped($0) }.joined(separator: " — ")
    }

    private var links: String? {
        var links: [String] = []
        if let url = generatorURL {
            links.append(Markdown.link(url.contains("/graph") ? "graph" : "source", url))
        }
        for (annotation, title) in [("runbook_url", "runbook"), ("runbook", "runbook"), ("dashboard_url", "dashboard")]
        {
            if let url = annotations[annotation], Markdown.destination(url) != nil {
                links.append(Markdown.link(title, url))
            }
        }
        if let url = silenceURL { links.append(Markdown.link("silence", url)) }
        return links.isEmpty ? nil : "(\(links.joined(separator: ", ")))"
    }

    /// Alertmanager's form for a new silence, filled in with the labels of this alert.
    private var silenceURL: String? {
        guard event == .firing, let externalURL, Markdown.destination(externalURL) != nil, !labels.isEmpty else {
            return nil
        }
        let matchers = sortedLabels.map { "\($0.key)=\(JSON.string($0.value).text)" }.joined(separator: ", ")
        let base = externalURL.hasSuffix("/") ? String(externalURL.dropLast()) : externalURL
        return "\(base)/#/silences/new?filter=\(FormDecoder.percentEncode("{\(matchers)}"))"
    }

    private var sortedLabels: [(key: String, value: String)] { labels.sorted { $0.key < $1.key } }

    private var labelText: String {
        sortedLabels.filter { $0.key != "alertname" }
            .map { Markdown.code("\($0.key)=\($0.value)") }.joined(separator: " ")
    }

    private var timeText: String {
        let start = startsAt.map { "since \(Self.shortTime($0))" } ?? ""
        // Alertmanager writes year 1 for an end that is not known.
        guard event == .resolved, let endsAt, !endsAt.hasPrefix("0001-") else { return start }
        return start.isEmpty ? "until \(Self.shortTime(endsAt))" : "\(start) until \(Self.shortTime(endsAt))"
    }

    private static func shortTime(_ text: String) -> String {
        guard let time = Timestamp(rfc3339: text) else { return Markdown.escaped(text) }
        return String(time.rfc3339.prefix(16)).replacing("T", with: " ") + " UTC"
    }
}

extension String {
    fileprivate func replacing(_ old: Character, with new: Character) -> String {
        String(map { $0 == old ? new : $0 })
    }
}

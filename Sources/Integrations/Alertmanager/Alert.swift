import HubCore

/// One alert of a group.
///
/// It keeps what it says itself; what the group shares is looked up beside it. A notification has as many alerts as it
/// likes, and as many common labels, so that nothing may be made for each alert that is as long as the group.
struct Alert: Sendable {
    /// What all alerts of the group share; stands in for what an alert itself does not say.
    struct Common: Sendable {
        let status: String?
        let labels: [String: String]
        let annotations: [String: String]
        let externalURL: String?
        /// Of alerts that cannot be told from each other.
        let threadKey: String?

        init(_ payload: Payload) {
            status = payload["status"].filledText.map(Alert.cut)
            labels = Alert.texts(payload["groupLabels"]).merging(Alert.texts(payload["commonLabels"])) { $1 }
            annotations = Alert.texts(payload["commonAnnotations"])
            externalURL = Alert.url(payload["externalURL"])
            threadKey = payload["groupKey"].filledText.map { "alerts:\(Alert.cut($0))" }
        }
    }

    let event: Alertmanager.Event
    private let common: Common
    private let ownLabels: [String: String]
    private let ownAnnotations: [String: String]
    private let startsAt: String?
    private let endsAt: String?
    private let generatorURL: String?
    /// Names the alert by its labels, as Alertmanager computes it; the same when it fires and when it is over.
    let threadKey: String?

    init(_ alert: Payload, _ common: Common) {
        event =
            (alert["status"].filledText.map(Self.cut) ?? common.status)?.lowercased() == "resolved"
            ? .resolved : .firing
        self.common = common
        ownLabels = Self.texts(alert["labels"])
        ownAnnotations = Self.texts(alert["annotations"])
        startsAt = alert["startsAt"].filledText.map(Self.cut)
        endsAt = alert["endsAt"].filledText.map(Self.cut)
        generatorURL = Self.url(alert["generatorURL"])
        threadKey =
            if let fingerprint = alert["fingerprint"].filledText {
                "alert:\(Self.cut(fingerprint))"
            } else if !ownLabels.isEmpty {
                "alert:" + ownLabels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
            } else {
                common.threadKey
            }
    }

    /// Far more than any alert has; what is beyond is not shown.
    private static let labelLimit = 100
    /// In bytes, of any text in it. To compare two texts takes time in proportion to the square of the marks that stand
    /// on one letter.
    private static let valueLimit = 2000
    /// In bytes, of a link; of all labels together.
    private static let lineLimit = 2000

    private static func texts(_ object: Payload) -> [String: String] {
        let texts = (object.value?.object?.members ?? []).prefix(labelLimit).compactMap { member in
            object[member.key].filledText.map { (cut(member.key), cut($0)) }
        }
        return Dictionary(texts, uniquingKeysWith: { $1 })
    }

    private static func cut(_ text: String) -> String {
        text.utf8.count > valueLimit ? text.prefix(bytes: valueLimit) + "…" : text
    }

    private static func url(_ payload: Payload) -> String? {
        payload.filledText.flatMap { $0.utf8.count > lineLimit ? nil : Markdown.destination($0) }
    }

    func topic(_ context: ReadingContext) -> String {
        value(context.text("name") ?? "instance") ?? label("alertname") ?? "Alertmanager"
    }

    var severity: Severity {
        switch (label("severity") ?? label("level") ?? annotation("severity"))?.lowercased() {
        case "critical", "error", "page", "emergency", "fatal", "high", "disaster": .error
        case "info", "information", "informational", "none", "notice", "low": .info
        default: .warning
        }
    }

    private func label(_ name: String) -> String? { ownLabels[name] ?? common.labels[name] }
    private func annotation(_ name: String) -> String? { ownAnnotations[name] ?? common.annotations[name] }
    private func value(_ name: String) -> String? { label(name) ?? annotation(name) }

    // MARK: Wording

    /// What it is about with links, below it the texts of several lines, and below those the labels and times.
    func markdown(_ context: ReadingContext) -> String {
        let texts = texts(context).map { text in
            text.unicodeScalars.split(whereSeparator: \.isLineBreak).map { Markdown.escapedLine(String($0)) }
                .filter { !$0.isEmpty }
        }
        let sentence = texts.filter { $0.count == 1 }.joined().joined(separator: " — ")
        let details = [labelText, timeText].filter { !$0.isEmpty }.joined(separator: ", ")
        let first = [name, sentence, links].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ")
        return ([first] + texts.filter { $0.count > 1 }.joined() + [details]).filter { !$0.isEmpty }
            .joined(separator: "\n")
    }

    private var name: String? { label("alertname").map { Markdown.bold($0) } }

    private func texts(_ context: ReadingContext) -> [String] {
        if let chosen = context.text("desc").flatMap(value) {
            return chosen == label("alertname") ? [] : [chosen]
        }
        return ["summary", "description", "message"].compactMap { annotation($0)?.trimmed() }.withoutRepeats
    }

    private var links: String? {
        var links: [String] = []
        if let url = generatorURL {
            links.append(Markdown.link(url.contains("/graph") ? "graph" : "source", url))
        }
        if let url = url("runbook_url") ?? url("runbook") { links.append(Markdown.link("runbook", url)) }
        if let url = url("dashboard_url") { links.append(Markdown.link("dashboard", url)) }
        if let url = silenceURL { links.append(Markdown.link("silence", url)) }
        return links.isEmpty ? nil : "(\(links.joined(separator: ", ")))"
    }

    private func url(_ name: String) -> String? { annotation(name).flatMap(Markdown.destination) }

    /// Alertmanager's form for a new silence, filled in with the labels of this alert.
    private var silenceURL: String? {
        let labels = sortedLabels
        let length = labels.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard event == .firing, let externalURL = common.externalURL, !labels.isEmpty, length <= Self.lineLimit else {
            return nil
        }
        let matchers = labels.map { "\($0.key)=\(JSON.string($0.value).text)" }.joined(separator: ", ")
        let base = externalURL.hasSuffix("/") ? String(externalURL.dropLast()) : externalURL
        return "\(base)/#/silences/new?filter=\(FormDecoder.percentEncode("{\(matchers)}"))"
    }

    private var sortedLabels: [(key: String, value: String)] {
        common.labels.merging(ownLabels) { $1 }.sorted { $0.key < $1.key }
    }

    private var labelText: String {
        let labels = sortedLabels.filter { $0.key != "alertname" }
        var room = Self.lineLimit
        let shown = labels.prefix { label in
            room -= label.key.utf8.count + label.value.utf8.count
            return room >= 0
        }
        let more = labels.count - shown.count
        return (shown.map { Markdown.code("\($0.key)=\($0.value)") } + (more > 0 ? [Markdown.more(more, "label")] : []))
            .joined(separator: " ")
    }

    private var timeText: String {
        let start = startsAt.map { "since \(Self.shortTime($0))" } ?? ""
        // Alertmanager writes year 1 for an end that is not known.
        guard event == .resolved, let endsAt, !endsAt.hasPrefix("0001-") else { return start }
        return start.isEmpty ? "until \(Self.shortTime(endsAt))" : "\(start) until \(Self.shortTime(endsAt))"
    }

    private static func shortTime(_ text: String) -> String {
        guard let time = Timestamp(rfc3339: text) else { return Markdown.escaped(String(text.prefix(bytes: 40))) }
        return String(time.rfc3339.prefix(16)).replacing("T", with: " ") + " UTC"
    }
}

extension [String] {
    /// Each only where it stands first.
    var withoutRepeats: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}

extension String {
    fileprivate func replacing(_ old: Character, with new: Character) -> String {
        String(map { $0 == old ? new : $0 })
    }
}

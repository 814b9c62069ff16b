package import HubCore

/// Prometheus Alertmanager's webhook receiver, payload version 4.
///
/// <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>
///
/// A notification carries a whole group of alerts. It becomes one message for each topic and status in it, so that a
/// hundred alerts are not a hundred messages. Each message carries the thread keys of all its alerts: whichever way
/// they are grouped next time, a resolution finds the message that its alert stood in.
package enum Alertmanager: Integration {
    enum Event: String, VendorEvent {
        case firing, resolved

        var summary: String {
            switch self {
            case .firing: "alerts that fire"
            case .resolved: "alerts that are over"
            }
        }
    }

    package static let descriptor = IntegrationDescriptor(
        slug: "alertmanager",
        name: "Alertmanager",
        category: .monitoring,
        summary: "Alerts of Prometheus that fire or are resolved.",
        eventTypes: Event.catalogue,
        defaultScheme: "bearer",
        options: [
            .init(
                "name", "The label or annotation that gives the topic; `instance` unless given.", example: "alertname"),
            .init("desc", "The label or annotation that gives the text.", example: "description"),
        ],
        setup: [
            .init(
                "Add a receiver to `alertmanager.yml`, and a route to it:",
                code: """
                    receivers:
                      - name: martlet
                        webhook_configs:
                          - url: "{url}"
                            send_resolved: true
                            http_config:
                              authorization:
                                credentials: "{secret}"
                    """),
            .init("Reload Alertmanager, and fire a test alert:", code: "amtool alert add test instance=here"),
        ],
        documentation: "https://prometheus.io/docs/alerting/latest/configuration/#webhook_config")

    package static func read(
        _ request: WebhookRequest, _ context: ReadingContext
    ) throws(PayloadError) -> [Occurrence] {
        let payload = try request.document()
        let isAlertmanagers = ["alerts", "status", "groupKey", "commonLabels", "groupLabels"].contains {
            payload[$0].exists
        }
        guard isAlertmanagers else { throw .missing(path: payload["alerts"].path) }
        let alerts = alerts(of: payload)
        var groups: [(topic: String, event: Event, alerts: [Alert])] = []
        for alert in alerts {
            let topic = alert.topic(context)
            if let known = groups.firstIndex(where: { $0.topic == topic && $0.event == alert.event }) {
                groups[known].alerts.append(alert)
            } else {
                groups.append((topic, alert.event, [alert]))
            }
        }
        let omitted = Int(clamping: payload["truncatedAlerts"].number ?? 0)
        return groups.enumerated().map { index, group in
            Occurrence(group.event) {
                .message(message(group.topic, group.event, group.alerts, omitted: index == 0 ? omitted : 0, context))
            }
        }
    }

    /// The alerts of the group; where the list is missing, one made of what they have in common.
    private static func alerts(of payload: Payload) -> [Alert] {
        let common = Alert.Common(payload)
        let alerts = payload["alerts"].list.filter { $0.value?.object != nil }.map { Alert($0, common) }
        return alerts.isEmpty ? [Alert(Payload(nil), common)] : alerts
    }

    private static func message(
        _ topic: String, _ event: Event, _ alerts: [Alert], omitted: Int, _ context: ReadingContext
    ) -> MessageDraft {
        let title = event == .firing ? "🔥 **Firing**" : "✅ **Resolved**"
        let lines = alerts.map { $0.markdown(context) }
        let more = omitted > 0 ? "[and \(Wording.count(omitted, "alert")) that Alertmanager left out]" : ""
        let body =
            lines.count == 1
            ? "\(title) \(lines[0])"
            : "\(title): \(Wording.count(lines.count, "alert"))\n\n"
                + Markdown.list(lines, limit: alertLimit, more: "alert")
        return MessageDraft(
            topic: topic, body: Markdown.blocks(body, more),
            severity: event == .resolved ? .success : alerts.map(\.severity).max { $0.rank < $1.rank } ?? .warning,
            threadKeys: alerts.compactMap(\.threadKey), resolvesThread: event == .resolved)
    }

    private static let alertLimit = 50
}

extension Severity {
    fileprivate var rank: Int {
        switch self {
        case .success: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }
}

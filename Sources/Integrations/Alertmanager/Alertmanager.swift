package import HubCore

/// Prometheus Alertmanager's webhook receiver, payload version 4.
///
/// <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>
///
/// A notification carries a whole group of alerts. It becomes one message for each topic and status in it, so that a
/// hundred alerts are not a hundred messages. Each message carries the thread keys of all its alerts: whichever way
/// they are grouped next time, a resolution finds the message that its alert stood in.
///
/// No notification becomes more than ``topicLimit`` messages and one or two that name the other topics.
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
            .init(
                "Each topic of a notification has a message of its own, up to \(topicLimit); the others are named in one."
            ),
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
        let omitted = Int(clamping: payload["truncatedAlerts"].number ?? 0)
        return groups(of: alerts(of: payload), context).enumerated().map { index, group in
            Occurrence(group.event) { .message(group.message(context, omitted: index == 0 ? omitted : 0)) }
        }
    }

    /// The alerts by topic and status, in the order of their first; those of topics beyond the limit by status alone.
    private static func groups(of alerts: [Alert], _ context: ReadingContext) -> [AlertGroup] {
        struct Place: Hashable {
            let topic: String?
            let event: Event
        }
        var groups: [AlertGroup] = []
        var indices: [Place: Int] = [:]
        for alert in alerts {
            let topic = MessageDraft.topic(from: alert.topic(context))
            let place = Place(topic: topic, event: alert.event)
            if let known = indices[place] {
                groups[known].alerts.append(alert)
                continue
            }
            let isBeyond = groups.count >= topicLimit
            let common = isBeyond ? Place(topic: nil, event: alert.event) : place
            let index = indices[common] ?? groups.count
            if index == groups.count { groups.append(AlertGroup(event: alert.event, isRest: isBeyond)) }
            groups[index].topics.append(topic)
            groups[index].alerts.append(alert)
            indices[common] = index
            indices[place] = index
        }
        return groups
    }

    /// Each is an event and a message, and all of a request are stored at once.
    static let topicLimit = 200

    /// The alerts of the group; where the list is missing, one made of what they have in common.
    private static func alerts(of payload: Payload) -> [Alert] {
        let common = Alert.Common(payload)
        let alerts = payload["alerts"].list.filter { $0.value?.object != nil }.map { Alert($0, common) }
        return alerts.isEmpty ? [Alert(Payload(nil), common)] : alerts
    }
}

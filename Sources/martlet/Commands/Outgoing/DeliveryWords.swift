import Hub
import HubCore
import HubStorage

/// Deliveries and attempts in words.
enum DeliveryWords {
    static let columns = ["created", "state", "tries", "last answer", "next", "endpoint", "type", "id"]
    /// For each column but the last.
    static let widths = [20, 10, 5, 24, 20, 28, 28]

    static func row(_ summary: DeliverySummary, _ configuration: WorkspaceConfiguration) -> [String] {
        let delivery = summary.delivery
        let progress = delivery.progress
        let endpoint = configuration.endpoint(delivery.endpoint)
        return [
            delivery.createdAt.short, progress.state.rawValue, "\(progress.attempts)",
            delivery.last.map { answer($0.failure, $0.status, $0.took) } ?? "",
            progress.state == .pending ? progress.dueAt.short : "",
            endpoint.map { $0.name.isEmpty ? $0.origin : $0.name } ?? "\(delivery.endpoint)", summary.eventType,
            "\(delivery.id)",
        ]
    }

    /// `200 in 12 ms`, `status.5xx (503)`, `timeout.total`.
    private static func answer(_ failure: AttemptFailure?, _ status: Int?, _ took: Duration) -> String {
        let status = status.map { "\($0)" }
        guard let failure else { return "\(status ?? "") in \(took.milliseconds) ms" }
        return failure.code + (status.map { " (\($0))" } ?? "")
    }

    /// - Parameter what: was sent.
    static func outcome(_ attempt: Attempt?, _ what: String) -> String {
        guard let attempt else { return "✗ \(what) was not sent." }
        let took = "\(attempt.timing.total / 1000) ms"
        let status = attempt.outcome.status.map { " with \($0)" } ?? ""
        guard let failure = attempt.outcome.failure else { return "✓ \(what) was taken\(status) in \(took)." }
        return "✗ \(what) was not taken\(status): \(failure.code). \(failure.explanation)"
    }

    /// The whole story: what went where, and each attempt with its times.
    static func story(_ story: DeliveryStory, of hub: Hub, _ configuration: WorkspaceConfiguration) -> String {
        let delivery = story.summary.delivery
        let endpoint = configuration.endpoint(delivery.endpoint)
        var lines = [
            "Delivery   \(delivery.id)   (X-Webhook-Delivery \(delivery.id.uuid.uuidString))",
            "Event      \(delivery.event)   \(story.summary.eventType)",
            "Endpoint   \(delivery.endpoint)   \(endpoint.map { $0.name.isEmpty ? $0.origin : $0.name } ?? "deleted")",
            "State      \(delivery.progress.state.rawValue), \(delivery.progress.attempts) attempts",
        ]
        if delivery.progress.state == .pending { lines.append("Next try   \(delivery.progress.dueAt.short)") }
        if let key = delivery.orderingKey { lines.append("In line    \"\(key)\"") }
        let sent = hub.sentBody(of: story, to: endpoint)
        if let bytes = sent.bytes {
            lines.append("Body       \(sent.contentType ?? "unknown"), \(bytes.count) bytes")
            lines.append("           " + String(decoding: bytes, as: UTF8.self).shortened(to: 400))
        } else if let fault = sent.fault {
            lines.append("Body       cannot be made: \(fault)")
        } else {
            lines.append("Body       not kept any more")
        }
        lines = lines.map(Table.harmless)
        for (number, attempt) in story.attempts { lines += ["", Self.attempt(number, attempt)] }
        return lines.joined(separator: "\n")
    }

    private static func attempt(_ number: Int, _ attempt: Attempt) -> String {
        let kind = attempt.kind == .delivery ? "" : " (\(attempt.kind.rawValue))"
        let result = attempt.outcome.failure.map { "✗ \($0.code)" } ?? "✓ delivered"
        let status = attempt.outcome.status.map { ", status \($0)" } ?? ""
        var lines = ["\(number). \(attempt.startedAt.rfc3339)\(kind)  \(result)\(status)"]
        if let failure = attempt.outcome.failure { lines.append(failure.explanation) }
        if let wait = attempt.outcome.retryAfter { lines.append("It asked for \(wait.components.seconds) s of rest.") }
        let timing = attempt.timing
        let phases: [(String, Int64?)] = [
            ("lookup", timing.resolving), ("connect", timing.connecting), ("wait", timing.waiting),
            ("receive", timing.receiving), ("total", timing.total),
        ]
        lines.append(
            phases.compactMap { name, took in took.map { "\(name) \(milliseconds($0))" } }.joined(separator: " · "))
        if let address = attempt.address { lines.append("to \(address)") }
        if let answer = attempt.answer, !answer.body.isEmpty {
            let text = String(decoding: answer.body, as: UTF8.self).trimmed()
            lines.append("answered: " + text.shortened(to: 400) + (answer.isCut ? " (cut)" : ""))
        }
        return lines.map(Table.harmless).joined(separator: "\n   ")
    }

    /// `0.4 ms`, `12 ms`.
    static func milliseconds(_ microseconds: Int64) -> String {
        microseconds < 10_000 ? "\(Double(microseconds / 100) / 10) ms" : "\(microseconds / 1000) ms"
    }
}

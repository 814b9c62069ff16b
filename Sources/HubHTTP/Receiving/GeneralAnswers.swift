import HTTPTypes
import Hub
import HubCore

/// Answers of the doors whose URL names the source.
enum GeneralAnswers {
    static func answer(_ outcome: IntakeOutcome) -> Answer {
        switch outcome {
        case .accepted(let acceptance):
            if let reply = acceptance.reply { return Answer(reply) }
            return answer("{\"status\":\"accepted\",\"event_id\":", acceptance.eventID)
        case .duplicate(let eventID):
            return answer("{\"status\":\"duplicate\",\"event_id\":", eventID)
        case .refused(let refusal):
            return Self.refusal(refusal)
        }
    }

    /// Written straight to bytes: nearly every request gets one of the two.
    private static func answer(_ beginning: StaticString, _ eventID: String) -> Answer {
        var writer = JSONWriter(reservingCapacity: 128)
        writer.write(raw: beginning)
        writer.write(eventID)
        writer.write(raw: "}")
        return Answer(status: .ok, contentType: Answer.jsonType, body: writer.output)
    }

    static func refusal(_ refusal: IntakeRefusal) -> Answer {
        let detail: String? =
            switch refusal {
            case .invalidPayload(let error): "\(error)"
            case .invalidParameter(_, let detail): detail
            default: nil
            }
        return Answer.error(refusal.code, detail: detail, status: refusal.status).retryAfter(refusal.retryAfterSeconds)
    }

    static func dryRun(_ acceptance: Acceptance, telling: Bool) -> Answer {
        var document = JSON.Object()
        document["status"] = "accepted"
        document["test"] = true
        document["event_id"] = .string(acceptance.eventID)
        document["type"] = .string(acceptance.findings.first?.type ?? "")
        document["events"] = JSON(acceptance.findings.count)
        if telling { document["effects"] = .array(acceptance.effects.map(JSON.string)) }
        return .json(.object(document))
    }
}

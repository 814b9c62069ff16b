import HTTPTypes
import Hub
import HubCore
import Integrations

/// Answers of the chat-compatible door, in the shape that senders for Zulip know.
enum ChatAnswers {
    static let tooLarge = error("Payload too large", code: "BAD_REQUEST", status: 413)

    /// What an accepted request is told; the text is kept for repetitions.
    static func accepted(_ acceptance: Acceptance, _ descriptor: IntegrationDescriptor) -> JSON {
        var document = JSON.Object()
        document["result"] = "success"
        document["msg"] = ""
        if descriptor.chatDoor.answers == .slack { document["ok"] = true }
        if case .ignored(.unsupported(let event)) = acceptance.findings.first?.meaning {
            document["msg"] = .string(
                "The '\(event)' event isn't currently supported by the \(descriptor.name) webhook; ignoring")
            document["code"] = "UNSUPPORTED_WEBHOOK_EVENT_TYPE"
            document["webhook_name"] = .string(descriptor.name)
            document["event_type"] = .string(event)
        }
        return .object(document)
    }

    static func answer(_ outcome: IntakeOutcome, _ descriptor: IntegrationDescriptor) -> Answer {
        switch outcome {
        case .accepted(let acceptance):
            // Slack's own word is for its own door; here the senders are Zulip's and look for `"ok"`.
            guard let reply = acceptance.reply, descriptor.chatDoor.answers != .slack else {
                return .json(accepted(acceptance, descriptor))
            }
            return Answer(reply)
        case .duplicate(let answer):
            return Answer(status: .ok, contentType: "application/json", body: Array(answer.utf8))
        case .refused(let refusal):
            if descriptor.chatDoor.credentials == .basic { return basicRefusal(refusal) }
            return Self.refusal(refusal)
        }
    }

    static func refusal(_ refusal: IntakeRefusal) -> Answer {
        let answer: Answer =
            switch refusal {
            case .missingKey:
                error(
                    "Missing 'api_key' argument", code: "REQUEST_VARIABLE_MISSING", status: 400,
                    more: [("var_name", "api_key")])
            case .malformedKey: error("Malformed API key", code: "INVALID_API_KEY", status: 401)
            case .invalidKey: error("Invalid API key", code: "INVALID_API_KEY", status: 401)
            case .invalidSignature: error("Invalid signature", code: "INVALID_SIGNATURE", status: 401)
            case .invalidTimestamp: error("Invalid timestamp", code: "INVALID_TIMESTAMP", status: 401)
            case .invalidPayload(.missingHeader(let name)):
                error(
                    "Missing the HTTP event header '\(name)'", code: "MISSING_HTTP_EVENT_HEADER", status: 400,
                    more: [("header", .string(name))])
            case .invalidPayload(.malformed(let detail)):
                error(detail.hasPrefix("Malformed JSON") ? "Malformed JSON" : detail, code: "BAD_REQUEST", status: 400)
            case .invalidPayload(let problem):
                error("Unable to parse request: \(problem)", code: "ANOMALOUS_WEBHOOK_PAYLOAD", status: 400)
            case .invalidParameter(let name, let detail):
                error(detail, code: "BAD_REQUEST", status: 400, more: [("var_name", .string(name))])
            case .rateLimited(let seconds):
                error(
                    "API usage exceeded rate limit", code: "RATE_LIMIT_HIT", status: 429,
                    more: [("retry-after", JSON(seconds))])
            case .unavailable: error("Service unavailable", code: "INTERNAL_SERVER_ERROR", status: 503)
            case .payloadTooLarge: tooLarge
            case .missingIdempotencyKey, .unknownSource, .sourceDisabled, .loop:
                error(refusal.detail, code: "BAD_REQUEST", status: refusal.status)
            }
        return answer.retryAfter(refusal.retryAfterSeconds)
    }

    /// Where the credentials come as HTTP Basic, the client is asked for them.
    static func basicRefusal(_ refusal: IntakeRefusal) -> Answer {
        switch refusal {
        case .missingKey, .malformedKey, .invalidKey:
            let text = refusal == .missingKey ? "Missing authorization header for basic auth" : "Invalid API key"
            var answer = error(text, code: refusal == .missingKey ? "UNAUTHORIZED" : "INVALID_API_KEY", status: 401)
            answer.headers[.wwwAuthenticate] = "Basic realm=\"martlet\""
            return answer
        default: return Self.refusal(refusal)
        }
    }

    static func unknownIntegration(_ name: String) -> Answer {
        error("There is no integration '\(name)'", code: "BAD_REQUEST", status: 404)
    }

    static func error(_ message: String, code: String, status: Int, more: [(String, JSON)] = []) -> Answer {
        var document = JSON.Object([("result", "error"), ("msg", .string(message)), ("code", .string(code))])
        for (name, value) in more { document[name] = value }
        return .json(.object(document), status: status)
    }

    /// What clients ask first, to learn which features there are.
    static func serverSettings(base: String) -> Answer {
        .json([
            "result": "success", "msg": "", "authentication_methods": ["password": false],
            "external_authentication_methods": [], "email_auth_enabled": false, "require_email_format_usernames": true,
            "realm_uri": .string(base), "realm_url": .string(base), "realm_name": "Martlet", "realm_icon": "",
            "realm_description": "", "zulip_version": "9.0", "zulip_feature_level": 278,
            "push_notifications_enabled": false,
            "is_incompatible": false,
        ])
    }
}

/// Answers of the Slack-compatible door: plain words, which some senders compare.
enum SlackAnswers {
    static let noService = Answer.text("no_service", status: 404)
    static let tooLarge = Answer.text("invalid_payload", status: 413)

    static func answer(_ outcome: IntakeOutcome) -> Answer {
        switch outcome {
        case .accepted, .duplicate: .text("ok")
        case .refused(let refusal):
            switch refusal {
            case .missingKey, .malformedKey, .invalidKey, .invalidSignature, .invalidTimestamp:
                .text("invalid_token", status: 403)
            case .unknownSource: noService
            case .sourceDisabled: .text("channel_is_archived", status: 410)
            case .rateLimited(let seconds): Answer.text("rate_limited", status: 429).retryAfter(seconds)
            case .unavailable(let seconds, _): Answer.text("rollup_error", status: 503).retryAfter(seconds)
            case .missingIdempotencyKey, .invalidPayload, .invalidParameter, .payloadTooLarge, .loop:
                .text("invalid_payload", status: refusal.status)
            }
        }
    }
}

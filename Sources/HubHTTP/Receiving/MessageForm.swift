import Hub
import HubCore

/// `POST /api/v1/messages` as Zulip's clients write it: `type`, `to`, `topic` (or `subject`), `content`.
enum MessageForm {
    static func submission(_ incoming: IncomingRequest) -> MessageSubmission? {
        let fields = fields(of: incoming)
        guard let type = fields["type"], let to = fields["to"], let content = fields["content"] else { return nil }
        switch type {
        case "stream", "channel":
            let names = list(to)
            guard names.count == 1, let name = names.first else { return nil }
            let topic = fields["topic"] ?? fields["subject"] ?? "(no topic)"
            return MessageSubmission(recipient: .stream(name), topic: topic, content: content)
        case "direct", "private":
            return MessageSubmission(recipient: .people(list(to)), topic: "", content: content)
        default:
            return nil
        }
    }

    /// Why there is no submission in the request.
    static func problem(_ incoming: IncomingRequest) -> Answer {
        let fields = fields(of: incoming)
        for name in ["type", "to", "content"] where fields[name] == nil {
            return ChatAnswers.error(
                "Missing '\(name)' argument", code: "REQUEST_VARIABLE_MISSING", status: 400,
                more: [("var_name", .string(name))])
        }
        return ChatAnswers.error("Invalid type or to", code: "BAD_REQUEST", status: 400)
    }

    static func refusal(_ error: SubmissionError) -> Answer {
        switch error {
        case .emptyMessage: ChatAnswers.error("Message must not be empty", code: "BAD_REQUEST", status: 400)
        case .unknownStream(let name):
            ChatAnswers.error(
                "Channel '\(name)' does not exist", code: "STREAM_DOES_NOT_EXIST", status: 400,
                more: [("stream", .string(name))])
        case .unknownPerson(let email):
            ChatAnswers.error("Invalid email '\(email)'", code: "BAD_REQUEST", status: 400)
        case .tooManyPeople(let limit):
            ChatAnswers.error("A message may go to \(limit) people at most", code: "BAD_REQUEST", status: 400)
        case .unavailable(let seconds):
            ChatAnswers.error("Service unavailable", code: "INTERNAL_SERVER_ERROR", status: 503).retryAfter(seconds)
        }
    }

    private static func fields(of incoming: IncomingRequest) -> Fields {
        let form = ChatParameters.fields(of: incoming)
        guard form["content"] == nil, case .object(let object)? = try? JSON.parse(incoming.body) else { return form }
        return Fields(object.members.map { ($0.key, $0.value.string ?? $0.value.text) })
    }

    /// A JSON list of names or numbers, one JSON value, or the plain text.
    private static func list(_ text: String) -> [String] {
        switch try? JSON.parse(text) {
        case .array(let elements): elements.map { $0.string ?? $0.text }
        case .string(let name): [name]
        default: text.split(separator: ",").map { $0.trimmed() }.filter { !$0.isEmpty }
        }
    }
}

package import HubCore

/// What `martlet render` makes of a request: the same as the hub would, and nothing is stored.
package struct Rendering: Sendable {
    package enum Status: String, Sendable {
        case message, ignored, error
    }

    package let status: Status
    /// Cut to the limits, as people would read them.
    package let messages: [MessageDraft]
    /// Why there is no message, or why one of several events has none.
    package let reason: String?

    package static func failed(_ reason: String) -> Rendering {
        Rendering(status: .error, messages: [], reason: reason)
    }

    private init(status: Status, messages: [MessageDraft], reason: String?) {
        (self.status, self.messages, self.reason) = (status, messages, reason)
    }

    /// As the integration of that slug reads it.
    package init(of request: WebhookRequest, as slug: String, templates: TemplateRenderer) {
        guard let integration = Catalog.integration(slug: slug) else {
            self = .failed("There is no integration named \(slug)")
            return
        }
        let parameters: ReadingParameters
        do throws(ParameterError) {
            parameters = try ReadingParameters(
                ReadingParameters.fields(of: request),
                unescapesTwice: integration.descriptor.chatDoor.unescapesTwice)
        } catch {
            self = .failed("\(error)")
            return
        }
        do throws(PayloadError) {
            self.init(try integration.interpret(request, parameters, templates: templates))
        } catch {
            self = .failed("\(error)")
        }
    }

    private init(_ reading: Reading) {
        var messages: [MessageDraft] = []
        var (ignored, faults): ([String], [String]) = ([], [])
        for finding in reading.findings {
            switch finding.meaning {
            case .message(let draft): messages.append(draft.truncated())
            case .transcript(let transcript): messages.append(Self.message(transcript).truncated())
            case .ignored(let reason): ignored.append("\(reason)")
            case .unreadable(let error): faults.append("\(error)")
            }
        }
        if reading.findings.isEmpty { ignored.append("the request carries no event") }
        status = messages.isEmpty ? (faults.isEmpty ? .ignored : .error) : .message
        self.messages = messages
        let reasons = faults + ignored
        reason = reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }

    /// A transcript is kept and not posted; this is what it holds.
    private static func message(_ transcript: TranscriptDraft) -> MessageDraft {
        MessageDraft(
            topic: transcript.title ?? transcript.session,
            body: transcript.entries.map { "**\(Markdown.escaped($0.role))**: \($0.content)" }
                .joined(separator: "\n\n"))
    }

    package var json: JSON {
        let messages = messages.map { JSON.object(.init([("topic", .string($0.topic)), ("body", .string($0.body))])) }
        return .object(
            .init([("status", .string(status.rawValue)), ("messages", .array(messages)), ("reason", JSON(reason))]))
    }
}

/// The words for events of ours; a line or two for each.
extension EventDigest {
    /// - Returns: nil when the data lack what the sentence is about.
    init?(telling type: BuiltInEventType, _ data: JSON) {
        let told: EventDigest? =
            switch type {
            case .ticketCreated, .ticketUpdated, .ticketResolved, .ticketReopened, .ticketClosed, .ticketDeleted:
                Self.ticket(type, data)
            case .ticketMessageCreated: Self.ticketMessage(data)
            case .ticketMessageStatus: Self.ticketMessageStatus(data)
            case .surveyResponseCompleted: Self.survey(data)
            case .approvalRequested, .approvalDecided, .approvalExpired, .approvalCancelled: Self.approval(type, data)
            case .conversationCreated: Self.conversation("New conversation", data)
            case .conversationArchived: Self.conversation("Conversation archived", data)
            case .messageCreated: Self.message(data)
            case .messageButtonClicked: Self.button(data)
            case .transcriptIngested: Self.transcript(data)
            case .sourceEventReceived: Self.sourceEvent(data)
            case .endpointDisabled: Self.endpointDisabled(data)
            case .endpointRecovered: Self.endpointRecovered(data)
            case .deliveryExhausted: Self.deliveryExhausted(data)
            }
        guard let told else { return nil }
        self = told
    }

    // MARK: Tickets

    private static func ticket(_ type: BuiltInEventType, _ data: JSON) -> EventDigest? {
        guard let ticket = data["ticket"], let name = ticketName(ticket) else { return nil }
        let actor = data["actor"]?["name"]?.string
        let done: (String, Tone) =
            switch type {
            case .ticketResolved: ("resolved", .good)
            case .ticketReopened: ("open again", .warning)
            case .ticketClosed: ("closed", .good)
            case .ticketDeleted: ("deleted", .warning)
            default: ("updated", .neutral)
            }
        var digest =
            type == .ticketCreated
            ? EventDigest("New ticket \(name)") : EventDigest("Ticket \(done.0): \(name)", tone: done.1)
        if type == .ticketCreated {
            digest.add("From", person(ticket["requester"]))
            digest.add("Channel", ticket["channel"]?.string)
        } else {
            digest.add("By", actor)
        }
        if type == .ticketUpdated, let previous = data["previous"]?.object {
            for change in previous.members {
                let (before, after) = (value(change.value), value(ticket[change.key] ?? .null))
                digest.add(label(change.key), "\(before) → \(after)")
            }
        } else {
            digest.add("Priority", ticket["priority"]?.string)
            digest.add("Assignee", person(ticket["assignee"]))
            digest.add("Tags", list(ticket["tags"]))
        }
        return digest
    }

    private static func ticketMessage(_ data: JSON) -> EventDigest? {
        guard let message = data["message"], let name = data["ticket"].flatMap(ticketName) else { return nil }
        let isReply = message["direction"]?.string == "outbound"
        var digest = EventDigest("\(isReply ? "Reply" : "New message") on ticket \(name)")
        digest.text = message["text"]?.string.map(Text.plain)
        digest.add("From", message["from"]?.string)
        digest.add("To", isReply ? message["to"]?.string : nil)
        digest.add("Attachments", list(.array((message["attachments"]?.array ?? []).compactMap { $0["name"] })))
        return digest
    }

    private static func ticketMessageStatus(_ data: JSON) -> EventDigest? {
        guard let message = data["message"], let status = message["status"]?.string,
            let name = data["ticket"].flatMap(ticketName)
        else { return nil }
        let tone: Tone = ["failed", "bounced", "rejected", "undelivered"].contains(status) ? .bad : .neutral
        var digest = EventDigest("Reply \(label(status).lowercased()) on ticket \(name)", tone: tone)
        digest.add("To", message["to"]?.string)
        digest.add("Detail", message["status_detail"]?.string)
        return digest
    }

    private static func ticketName(_ ticket: JSON) -> String? {
        guard let subject = ticket["subject"]?.string else { return nil }
        return ticket["number"]?.int64.map { "#\($0): \(subject)" } ?? subject
    }

    // MARK: Surveys, approvals

    private static func survey(_ data: JSON) -> EventDigest? {
        guard let response = data["response"], let survey = response["survey"]?["name"]?.string else { return nil }
        let respondent = response["respondent"]?["name"]?.string ?? "Somebody"
        var digest = EventDigest("\(respondent) answered the survey \(survey)")
        for answer in response["answers"]?.array ?? [] {
            digest.add(answer["label"]?.string ?? "Answer", answer["value"].map(value))
        }
        digest.add("Ticket", response["ticket"].flatMap(ticketName))
        return digest
    }

    private static func approval(_ type: BuiltInEventType, _ data: JSON) -> EventDigest? {
        guard let approval = data["approval"], let title = approval["title"]?.string else { return nil }
        let buttons = approval["buttons"]?.array ?? []
        func buttonLabel(_ key: JSON?) -> String? {
            buttons.first { $0["key"] == key }?["label"]?.string ?? key?.string
        }
        var digest: EventDigest
        switch type {
        case .approvalDecided:
            digest = EventDigest("Decided: \(title) \(buttonLabel(approval["state"]) ?? "")", tone: .good)
            for decision in approval["decisions"]?.array ?? [] {
                let comment = decision["comment"]?.string.map { " (\($0))" } ?? ""
                digest.add(
                    decision["by"]?["name"]?.string ?? "Decision", (buttonLabel(decision["button"]) ?? "") + comment)
            }
        case .approvalExpired:
            digest = EventDigest("Nobody decided in time: \(title)", tone: .warning)
        case .approvalCancelled:
            digest = EventDigest("Taken back: \(title)")
            digest.add("By", data["actor"]?["name"]?.string)
        default:
            digest = EventDigest("Decision needed: \(title)", tone: .warning)
            digest.text = approval["body"]?.string.map(Text.markdown)
            digest.add("Choices", list(.array(buttons.compactMap { $0["label"] })))
            digest.add("Until", approval["expires_at"]?.string)
        }
        digest.add("Asked by", approval["requested_by"]?["name"]?.string)
        return digest
    }

    // MARK: Conversations

    private static func conversation(_ what: String, _ data: JSON) -> EventDigest? {
        guard let conversation = data["conversation"], let name = conversation["name"]?.string else { return nil }
        var digest = EventDigest("\(what): \(name)")
        digest.add("Address", conversation["address"]?.string)
        digest.add("About", conversation["description"]?.string.flatMap { $0.isEmpty ? nil : $0 })
        digest.add("By", data["actor"]?["name"]?.string)
        return digest
    }

    private static func message(_ data: JSON) -> EventDigest? {
        guard let message = data["message"], let body = message["body"]?.string else { return nil }
        let tone: Tone =
            switch message["severity"]?.string {
            case "error", "critical", "fatal": .bad
            case "warning": .warning
            case "success", "ok", "resolved": .good
            default: .neutral
            }
        var digest = EventDigest(place(message) ?? "New message", tone: tone)
        digest.text = .markdown(body)
        digest.add("From", message["sender"]?["name"]?.string)
        return digest
    }

    private static func button(_ data: JSON) -> EventDigest? {
        guard let label = data["button"]?["label"]?.string else { return nil }
        var digest = EventDigest("\(data["person"]?["name"]?.string ?? "Somebody") pressed “\(label)”")
        digest.add("Under", data["message"].flatMap(place))
        return digest
    }

    private static func place(_ message: JSON) -> String? {
        guard let stream = message["stream"]?.string else { return nil }
        return message["topic"]?.string.map { "\(stream) › \($0)" } ?? stream
    }

    private static func transcript(_ data: JSON) -> EventDigest? {
        guard let transcript = data["transcript"], let session = transcript["session_id"]?.string else { return nil }
        var digest = EventDigest("AI conversation stored: \(transcript["title"]?.string ?? session)")
        digest.add("Source", transcript["source"]?.string)
        if let count = transcript["messages"]?.int64 {
            digest.add(
                "Messages", data["new_messages"]?.int64.map { "\(count), \($0) of them new" } ?? "\(count)")
        }
        digest.add("Labels", list(transcript["labels"]))
        return digest
    }

    private static func sourceEvent(_ data: JSON) -> EventDigest? {
        guard let event = data["event"], let source = event["source"]?.string else { return nil }
        let kind = event["type"]?.string ?? "an event"
        var digest = EventDigest(data["summary"]?.string ?? "\(source) received \(kind)")
        digest.add("Source", source)
        digest.add("Type", event["type"]?.string)
        return digest
    }

    // MARK: Endpoints

    private static func endpointDisabled(_ data: JSON) -> EventDigest? {
        guard let name = endpointName(data) else { return nil }
        var digest = EventDigest("Webhook endpoint disabled: \(name)", tone: .bad)
        switch data["reason"]?.string {
        case "failures": digest.add("Reason", "\(data["failures_in_row"]?.int64 ?? 10) failed attempts in a row")
        case "gone": digest.add("Reason", "the receiver answered 410 Gone")
        case let reason: digest.add("Reason", reason.map { label($0).lowercased() })
        }
        digest.add("Last error", error(data["last_error"]))
        digest.add("Waiting deliveries", data["held_deliveries"]?.int64.map { String($0) })
        digest.add("URL", data["endpoint"]?["url_origin"]?.string)
        return digest
    }

    private static func endpointRecovered(_ data: JSON) -> EventDigest? {
        guard let name = endpointName(data) else { return nil }
        var digest = EventDigest("Webhook endpoint works again: \(name)", tone: .good)
        digest.add("By", data["by"]?.string)
        digest.add("Waiting deliveries", data["held_deliveries"]?.int64.map { String($0) })
        return digest
    }

    private static func deliveryExhausted(_ data: JSON) -> EventDigest? {
        guard let delivery = data["delivery"], let event = delivery["event_type"]?.string else { return nil }
        var digest = EventDigest(
            "Webhook not delivered: \(event) to \(endpointName(data) ?? "an endpoint")", tone: .bad)
        digest.add("Attempts", delivery["attempts"]?.int64.map { String($0) })
        let last = delivery["last_attempt"]
        digest.add("Last error", error(last?["error"]))
        digest.add("Status", last?["status"]?.int64.map { String($0) })
        digest.add("Delivery", delivery["id"]?.string)
        return digest
    }

    private static func endpointName(_ data: JSON) -> String? {
        data["endpoint"].flatMap { $0["name"]?.string ?? $0["url_origin"]?.string ?? $0["id"]?.string }
    }

    private static func error(_ code: JSON?) -> String? {
        code?.string.map { AttemptFailure(rawValue: $0)?.explanation ?? $0 }
    }

    // MARK: Values

    private static func person(_ person: JSON?) -> String? {
        guard let person else { return nil }
        let address = person["email"]?.string ?? person["phone"]?.string
        guard let name = person["name"]?.string else { return address }
        return address.map { "\(name) (\($0))" } ?? name
    }

    private static func list(_ values: JSON?) -> String? {
        values?.array.map { $0.map(value).joined(separator: ", ") }
    }

    private static func value(_ json: JSON) -> String {
        switch json {
        case .null: "none"
        case .bool(let flag): flag ? "yes" : "no"
        case .string(let text): text
        case .number(let number): number.literal
        case .array: list(json) ?? ""
        case .object: person(json) ?? json.text
        }
    }

    /// `status_detail` as `Status detail`.
    private static func label(_ name: String) -> String {
        let words = name.split { $0 == "_" || $0 == "-" }.joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}

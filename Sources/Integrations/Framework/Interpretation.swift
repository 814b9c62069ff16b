package import HubCore

extension Integration {
    /// The road that every request takes, from any door and from `martlet render`: recognise, filter, tell.
    ///
    /// Pure. Messages come with the topic that people fixed, and uncut: ``MessageDraft/truncated()`` is the planner's.
    /// One event that cannot be told is ``Meaning/unreadable(_:)`` and does not cost the others.
    ///
    /// - Throws: ``PayloadError`` when the request is not this vendor's.
    package static func interpret(
        _ request: WebhookRequest, _ parameters: ReadingParameters, templates: TemplateRenderer
    ) throws(PayloadError) -> Reading {
        let context = ReadingContext(
            options: parameters.options, fixedTopic: parameters.topic, templates: templates,
            showsPayload: parameters.showsPayload)
        let findings = try read(request, context).map { occurrence in
            Finding(
                type: occurrence.type, meaning: meaning(of: occurrence, parameters),
                provenance: occurrence.provenance)
        }
        return Reading(findings, reply: reply(to: request))
    }

    private static func meaning(of occurrence: Occurrence, _ parameters: ReadingParameters) -> Meaning {
        // An integration without event types has nothing to filter by: a stray setting must not silence it.
        if !descriptor.eventTypes.isEmpty {
            // Who set the vendor's side up waits for its word, whatever else is wanted.
            if let setting = parameters.filter.setting(against: occurrence.type, aliases: occurrence.aliases),
                !occurrence.isSetUp || setting != "only_events"
            {
                return .ignored(.filtered(by: setting, event: occurrence.type))
            }
            if occurrence.isQuiet, !parameters.filter.asksFor(occurrence.type) {
                return .ignored(.quiet("\(occurrence.type) is quiet unless include_events names it"))
            }
        }
        do throws(PayloadError) {
            let meaning = try occurrence.tell()
            guard case .message(var draft) = meaning else { return meaning }
            guard draft.body.contains(where: { !$0.isWhitespace }) else {
                return .ignored(.quiet("the message is empty"))
            }
            draft.topic = parameters.topic ?? draft.topic
            return .message(draft)
        } catch {
            return .unreadable(error)
        }
    }
}

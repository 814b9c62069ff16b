import HubCore
import HubStorage
import Integrations

/// How things are called on pages.
extension Visit {
    func sourceLink(_ id: ID<Source>?) -> LinkView? {
        guard let id else { return nil }
        guard let source = configuration.source(id) else { return nil }
        return LinkView(label: source.name, href: "/sources/\(source.name)")
    }

    func name(of sender: Message.Sender) -> String {
        switch sender {
        case .source(let id):
            guard let source = configuration.source(id) else { return "a source that is gone" }
            return source.name == source.integration ? integrationName(source.integration) : source.name
        case .bot(let id): return configuration.bot(id)?.name ?? "a bot that is gone"
        case .person(let id): return name(of: id)
        case .hub: return "Martlet"
        }
    }

    func name(of person: ID<Person>) -> String {
        configuration.person(person)?.name ?? "someone who is gone"
    }

    /// Whoever an audit entry names.
    func name(ofActor actor: String) -> String {
        if let id = ID<Person>(actor) { return name(of: id) }
        if let id = ID<Bot>(actor) { return configuration.bot(id)?.name ?? actor }
        if ID<Credential>(actor) != nil { return "token …\(actor.suffix(6))" }
        return actor
    }

    func integrationName(_ slug: String) -> String {
        Catalog.integration(slug: slug)?.descriptor.name ?? slug
    }

    static func path(of stream: HubCore.Stream) -> String {
        let slug = stream.name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        return "/streams/\(stream.number)-\(String(slug))"
    }

    func link(to place: Message.Place, topic: String) -> LinkView? {
        switch place {
        case .stream(let id):
            guard let stream = configuration.stream(id) else { return nil }
            let href = URLQuery.link(Self.path(of: stream), ["topic": topic]) + ConversationsView.newest
            return LinkView(label: topic.isEmpty ? stream.name : "\(stream.name) › \(topic)", href: href)
        case .direct(let id):
            return LinkView(
                label: id == person.id ? "to you" : "to \(name(of: id))", href: "/direct" + ConversationsView.newest)
        }
    }

    /// Whether the person may read it: what goes to someone directly is theirs alone.
    func mayRead(_ message: Message) -> Bool {
        if case .direct(let id) = message.place { return id == person.id || message.sender == .person(person.id) }
        return true
    }

    /// - Parameters:
    ///   - isInPlace: whether the page is the message's own conversation, so that it need not be named.
    ///   - isInStory: whether the page tells the story that the message would link to.
    func view(
        _ message: Message, isInPlace: Bool = false, isInStory: Bool = false, day: String? = nil
    ) -> MessageView {
        let isReadable = mayRead(message)
        let flag: PillView? =
            message.resolvedAt != nil || message.draft.resolvesThread
            ? PillView("resolved", .good) : message.draft.severity == .error ? PillView("error", .bad) : nil
        let place: LinkView? =
            if isInPlace, case .stream = message.place {
                LinkView(
                    label: message.draft.topic, href: link(to: message.place, topic: message.draft.topic)?.href ?? "#")
            } else {
                link(to: message.place, topic: message.draft.topic)
            }
        return MessageView(
            sender: name(of: message.sender),
            body: isReadable ? message.draft.body : "*A direct message to someone else.*",
            severity: message.resolvedAt != nil ? .success : message.draft.severity, place: place, flag: flag,
            at: time(message.createdAt), anchor: "\(message.id)", day: day,
            story: isInStory ? nil : "/events/\(message.event)")
    }

    /// Choices of streams by name; archived ones only when chosen.
    func streamChoices(selected: String?, none: String) -> ChoicesView {
        let chosen = selected.flatMap { configuration.stream(matching: $0) }
        var choices = [ChoiceView("", none, isSelected: selected == nil)]
        choices += configuration.streams.filter { !$0.isArchived }.sorted { $0.number < $1.number }.map {
            ChoiceView($0.name, $0.name, isSelected: $0.id == chosen?.id)
        }
        if let selected, chosen == nil {
            choices.append(ChoiceView(selected, "\(selected) (not there)", isSelected: true))
        }
        return ChoicesView(choices)
    }

    var sourceChoices: [(String, String)] {
        [("", "All sources")] + configuration.sources.map { ($0.name, $0.name) }.sorted { $0.0 < $1.0 }
    }
}

extension Endpoint {
    /// Its name, or where it is.
    var title: String { name.isEmpty ? origin : name }
}

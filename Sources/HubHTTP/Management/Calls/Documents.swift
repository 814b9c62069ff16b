package import Hub
package import HubCore
package import HubStorage

// What the API shows of each thing; the command line prints the same with --json.

extension Workspace {
    package var document: JSON { WorkspaceCalls.document(self) }
}

extension Person {
    package var document: JSON { PeopleCalls.document(self) }
}

extension Bot {
    package var document: JSON { BotCalls.document(self) }
}

extension HubCore.Stream {
    package var document: JSON { StreamCalls.document(self) }
}

extension Credential {
    package var document: JSON { TokenCalls.document(self) }
}

extension Source {
    package func document(publicBase: String) -> JSON { SourceForm.document(self, publicBase: publicBase) }
}

extension RequestSummary {
    package func document(in configuration: WorkspaceConfiguration) -> JSON {
        RequestDocuments.summary(self, configuration)
    }
}

extension Refusal {
    package func document(in configuration: WorkspaceConfiguration) -> JSON {
        RequestDocuments.refusal(self, configuration)
    }
}

extension Event {
    package func document(in configuration: WorkspaceConfiguration) -> JSON {
        EventDocuments.document(self, configuration)
    }
}

extension EventSummary {
    /// The event with what it says.
    package func story(
        _ content: EventContent?, _ messages: [Message], in configuration: WorkspaceConfiguration
    ) -> JSON {
        EventDocuments.story(event, content, messages, configuration)
    }
}

extension CatalogueEntry {
    package var document: JSON { EventTypeCalls.document(self) }
}

extension EventType {
    /// Applies a change as `PUT /v1/event-types/{type}` takes it; see ``check(change:)``.
    package mutating func apply(_ document: JSON) throws(SetupError) {
        try EventTypeCalls.apply(Payload(document), to: &self)
    }

    /// - Throws: an error that says where the document is no change of a type, and why.
    package static func check(change document: JSON) throws { try EventTypeCalls.change.check(Payload(document)) }
}

extension Endpoint {
    /// - Parameters:
    ///   - draft: what it is set to, sealed parts included; nil where the reader may not see them.
    ///   - health: nil: it is well.
    package func document(_ draft: EndpointDraft?, _ health: EndpointHealth?) -> JSON {
        EndpointForm.document(self, draft, health)
    }
}

extension EndpointStatistics {
    /// - Parameter statistics: nil: nothing was delivered yet.
    package static func document(_ statistics: EndpointStatistics?) -> JSON { EndpointForm.statistics(statistics) }
}

extension EndpointDraft {
    /// An endpoint as `POST /v1/endpoints` takes it; its customer and secrets are not part of a draft.
    ///
    /// - Throws: an error that says where the document is not one, and why.
    package init(document: JSON) throws {
        let body = Payload(document)
        try EndpointForm.creation.check(body)
        self = try EndpointForm.draft(body)
    }

    /// - Throws: an error that says where the document is none that `PATCH /v1/endpoints/{endpoint}` takes, and why.
    package static func check(change document: JSON) throws { try EndpointForm.change.check(Payload(document)) }

    /// Applies a change that was checked by ``check(change:)``.
    package mutating func apply(_ document: JSON) throws(SetupError) {
        try EndpointForm.apply(Payload(document), to: &self)
    }
}

extension DeliverySummary {
    package func document(in configuration: WorkspaceConfiguration) -> JSON {
        DeliveryDocuments.document(self, configuration)
    }
}

extension DeliveryStory {
    package func document(of hub: Hub, in configuration: WorkspaceConfiguration) -> JSON {
        DeliveryDocuments.story(self, of: hub, configuration, isFull: true)
    }
}

extension Recovery {
    package var document: JSON { RecoveryCalls.document(self) }

    /// What a recovery would do.
    package static func preview(total: Int, ratePerSecond: Int?, endpoint: ID<Endpoint>?) -> JSON {
        RecoveryCalls.preview(total: total, ratePerSecond: ratePerSecond, endpoint: endpoint)
    }
}

extension NewEvent {
    /// An event as `POST /v1/events` takes it.
    ///
    /// - Throws: an error that says where the document is not one, and why.
    package init(document: JSON) throws {
        let body = Payload(document)
        try EventCalls.publication.check(body)
        self = try EventCalls.newEvent(body)
    }

    /// What the API answers when it was published.
    package func document(as event: ID<Event>, isDuplicate: Bool) -> JSON {
        EventCalls.document(of: self, as: event, isDuplicate: isDuplicate)
    }
}

extension NewSource {
    /// A source as `POST /v1/sources` takes it.
    ///
    /// - Throws: an error that says where the document is not one, and why.
    package init(document: JSON) throws {
        let body = Payload(document)
        try SourceForm.creation.check(body)
        self = try SourceForm.newSource(body)
    }
}

extension WorkspaceConfiguration {
    /// A source by its id or name.
    package func source(matching text: String) -> Source? {
        ID<Source>(text).flatMap { source($0) } ?? source(named: text)
    }

    /// A person by id or e-mail address.
    package func person(matching text: String) -> Person? {
        ID<Person>(text).flatMap { person($0) } ?? person(email: text)
    }

    /// A stream by id, number or name, archived or not.
    package func anyStream(matching text: String) -> HubCore.Stream? {
        stream(matching: text)
            ?? streams.first {
                "\($0.id)" == text || "\($0.number)" == text || Stream.foldedName($0.name) == Stream.foldedName(text)
            }
    }
}

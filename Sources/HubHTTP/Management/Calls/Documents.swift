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

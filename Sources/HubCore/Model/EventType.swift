/// A type of event that people publish themselves, as the catalogue tells it to receivers.
package struct EventType: Sendable {
    package let workspace: WorkspaceID
    /// `invoice.paid`; see ``EventTypeName``.
    package let name: String
    package var summary: String
    /// A JSON Schema for the data, as it was given; what does not fit it is not published.
    package var schema: JSON?
    /// A plausible `data`.
    package var sample: JSON?
    /// Receivers are told not to build on it any more.
    package var isDeprecated: Bool
    package let createdAt: Timestamp

    package init(
        workspace: WorkspaceID, name: String, summary: String = "", schema: JSON? = nil, sample: JSON? = nil,
        isDeprecated: Bool = false, createdAt: Timestamp
    ) {
        self.workspace = workspace
        self.name = name
        self.summary = summary
        self.schema = schema
        self.sample = sample
        self.isDeprecated = isDeprecated
        self.createdAt = createdAt
    }
}

/// A type of event as the catalogue tells it: one of the hub's, or one of a workspace's own.
package struct CatalogueEntry: Sendable {
    package let name: String
    package let isBuiltIn: Bool
    package let summary: String
    /// Of `data`; nil: nothing is promised of it.
    package let schema: JSON?
    /// A plausible `data`.
    package let sample: JSON?
    /// Receivers are told not to build on it any more.
    package let isDeprecated: Bool
    /// Nothing sends it yet; see ``BuiltInEventType/isPlanned``.
    package let isPlanned: Bool

    package init(_ type: BuiltInEventType) {
        name = type.rawValue
        isBuiltIn = true
        summary = type.summary
        schema = type.schema
        sample = type.sample
        isDeprecated = false
        isPlanned = type.isPlanned
    }

    package init(_ type: EventType) {
        name = type.name
        isBuiltIn = false
        summary = type.summary
        schema = type.schema?.json
        sample = type.sample
        isDeprecated = type.isDeprecated
        isPlanned = false
    }

    /// The hub's own, in the order in which they are told.
    package static let builtIn = BuiltInEventType.allCases.map(CatalogueEntry.init)

    /// What there is to say to its name: nothing, `deprecated` or `not sent yet`.
    package var remark: String? {
        isPlanned ? "not sent yet" : isDeprecated ? "deprecated" : nil
    }
}

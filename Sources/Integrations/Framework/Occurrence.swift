package import HubCore

/// An event that a request carries: recognised, and not yet told.
///
/// The two steps are apart so that filters see the type first: an event that nobody wants costs nothing, and cannot fail.
package struct Occurrence: Sendable {
    /// What filters are matched against: `pull_request.opened`.
    package let type: String
    /// Other names that people may filter by, from systems they move over from.
    package let aliases: [String]
    /// Whether it is left out unless the source asks for it.
    package let isQuiet: Bool
    /// Whether it only says that the vendor's side is set up.
    package var isSetUp = false
    package let provenance: Provenance
    package let tell: @Sendable () throws(PayloadError) -> Meaning

    /// For integrations whose senders invent the types; all others name an event of their list.
    package init(
        openType type: String, aliases: [String] = [], isQuiet: Bool = false, provenance: Provenance = Provenance(),
        tell: @escaping @Sendable () throws(PayloadError) -> Meaning
    ) {
        self.type = type
        self.aliases = aliases
        self.isQuiet = isQuiet
        self.provenance = provenance
        self.tell = tell
    }

    /// `details` make the type finer, coarse to fine: `opened`, or `completed` and `failure`.
    package init(
        _ event: some VendorEvent, _ details: [String] = [], aliases: [String] = [],
        provenance: Provenance = Provenance(), tell: @escaping @Sendable () throws(PayloadError) -> Meaning
    ) {
        var type = event.rawValue
        for detail in details where !detail.isEmpty { type += "." + detail }
        self.init(
            openType: type, aliases: aliases, isQuiet: event.isQuiet(details), provenance: provenance, tell: tell)
    }
}

/// The closed list of what an integration can find; the descriptor's list is this one, so pages and filters cannot
/// drift from the code.
package protocol VendorEvent: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// What it tells, as a clause for the catalogue.
    var summary: String { get }
    /// The details that are known, each a part of a finer type: `opened` of `pull_request.opened`.
    var details: [String] { get }
    /// Those of ``details`` that are left out unless the source asks for them.
    var quietDetails: [String] { get }
}

extension VendorEvent {
    package var details: [String] { [] }
    package var quietDetails: [String] { [] }

    fileprivate func isQuiet(_ details: [String]) -> Bool {
        let quietDetails = quietDetails
        guard !quietDetails.isEmpty else { return false }
        let type = details.filter { !$0.isEmpty }.joined(separator: ".")
        return quietDetails.contains { type == $0 || type.hasPrefix($0 + ".") }
    }

    package static var catalogue: [IntegrationDescriptor.EventType] {
        allCases.map { event in
            .init(event.rawValue, event.summary, details: event.details, quiet: event.quietDetails)
        }
    }
}

/// A tenant's id: a slug that people chose, part of its URLs.
package struct WorkspaceID: Sendable, Hashable, CustomStringConvertible {
    package let slug: String

    /// - Returns: nil unless the slug is 1–40 of `a-z`, `0-9`, `_` and `-`, beginning with a letter or digit.
    package init?(_ slug: String) {
        guard (1...40).contains(slug.utf8.count), let first = slug.utf8.first, Self.isLetterOrDigit(first),
            slug.utf8.allSatisfy({ Self.isLetterOrDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") })
        else { return nil }
        self.slug = slug
    }

    /// - Parameter slug: as it was stored; it was checked when it was made.
    package init(stored slug: String) {
        self.slug = slug
    }

    package var description: String { slug }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

/// A tenant.
package struct Workspace: Sendable {
    package let id: WorkspaceID
    package var name: String
    package let createdAt: Timestamp
    package var retention: Retention
    /// Where the hub says what the admins should know; nil: to each of them directly.
    package var alertsStream: ID<Stream>?

    package init(
        id: WorkspaceID, name: String, createdAt: Timestamp, retention: Retention = .standard,
        alertsStream: ID<Stream>? = nil
    ) {
        (self.id, self.name, self.createdAt, self.retention) = (id, name, createdAt, retention)
        self.alertsStream = alertsStream
    }
}

/// How long things are kept, in days; messages are kept for ever.
package struct Retention: Sendable, Hashable {
    package var bodiesDays: Int
    package var metadataDays: Int

    package static let standard = Retention(bodiesDays: 30, metadataDays: 90)

    package init(bodiesDays: Int, metadataDays: Int) {
        (self.bodiesDays, self.metadataDays) = (bodiesDays, metadataDays)
    }
}

/// Someone outside who gets our outgoing webhooks.
package struct Customer: Sendable, Identified {
    package static let idPrefix = "cus"
    package let id: ID<Customer>
    package let workspace: WorkspaceID
    /// The workspace's own name for it; unique there.
    package var reference: String
    package var name: String
    package let createdAt: Timestamp

    package init(id: ID<Customer>, workspace: WorkspaceID, reference: String, name: String, createdAt: Timestamp) {
        self.id = id
        self.workspace = workspace
        self.reference = reference
        self.name = name
        self.createdAt = createdAt
    }
}

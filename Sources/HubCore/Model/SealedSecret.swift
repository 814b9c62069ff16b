/// A secret encrypted under the instance's master key, or where to find it outside.
package enum SealedSecret: Sendable, Hashable {
    /// Key id, nonce, ciphertext and tag in one.
    case sealed([UInt8])
    /// The name of an environment variable.
    case environment(String)
    /// A file's path; a trailing line break is not part of the secret.
    case file(String)
}

/// Where a sealed secret belongs; sealing binds it there, so that it cannot be moved to another row.
package enum SealingPlace {
    /// Of the whole instance: the root of the keyed hashes.
    package static let hashRoot = "/instance//hash-root"

    package static func workspaceSecret(_ workspace: WorkspaceID) -> String { "\(workspace)/workspace//secret" }

    package static func sourceSecret(_ source: ID<Source>, in workspace: WorkspaceID) -> String {
        "\(workspace)/source/\(source)/secret"
    }

    package static func endpointSecret(_ endpoint: ID<Endpoint>, in workspace: WorkspaceID) -> String {
        "\(workspace)/endpoint/\(endpoint)/secret"
    }

    package static func endpointConnection(_ endpoint: ID<Endpoint>, in workspace: WorkspaceID) -> String {
        "\(workspace)/endpoint/\(endpoint)/connection"
    }

    package static func botSecret(_ bot: ID<Bot>, in workspace: WorkspaceID) -> String {
        "\(workspace)/bot/\(bot)/signature"
    }
}

/// A secret of a source, endpoint or workspace, as long as it is good.
package struct StoredSecret: Sendable {
    package let secret: SealedSecret
    package let createdAt: Timestamp
    /// Nil: until it is removed. A rotated secret stays valid for an overlap.
    package var expiresAt: Timestamp?

    package init(secret: SealedSecret, createdAt: Timestamp, expiresAt: Timestamp? = nil) {
        (self.secret, self.createdAt, self.expiresAt) = (secret, createdAt, expiresAt)
    }

    package func isGood(at now: Timestamp) -> Bool {
        expiresAt.map { now < $0 } ?? true
    }
}

/// A rule of RFC 9420 that an input can break.
///
/// The raw value is stable; cases are appended, never renamed. Each has a negative test.
public enum Rule: String, Sendable, CaseIterable {
    // Cryptographic objects (§5)
    case publicKeyInvalid = "public-key-invalid"
    case signatureInvalid = "signature-invalid"
    case decryptionFailed = "decryption-failed"
    case credentialAccepted = "credential-accepted"

    // Framing (§6)
    case messageGroup = "message-group"
    case applicationIsPrivate = "application-is-private"
    case senderContent = "sender-content"
    case confirmationTag = "confirmation-tag"
    case membershipTag = "membership-tag"
    case senderIsMember = "sender-is-member"

    // Ratchet tree (§7)
    case unmergedLeavesSorted = "unmerged-leaves-sorted"
    case leafCredentialListed = "leaf-credential-listed"
    case lifetimeTotal = "lifetime-total"
    case leafSource = "leaf-source"
    case leafSignature = "leaf-signature"
    case requiredCapabilities = "required-capabilities"
    case credentialTypesSupported = "credential-types-supported"
    case lifetimeCurrent = "lifetime-current"
    case leafExtensionsListed = "leaf-extensions-listed"
    case updateKeyFresh = "update-key-fresh"
    case signatureKeysUnique = "signature-keys-unique"
    case encryptionKeysUnique = "encryption-keys-unique"
    case pathLength = "path-length"
    case pathSecretForEveryMember = "path-secret-for-every-member"
    case pathKeysMatch = "path-keys-match"
    case pathSecretCount = "path-secret-count"
    case parentHashValid = "parent-hash-valid"
    case commitParentHash = "commit-parent-hash"

    // Secret tree (§9)
    case secretTreeLeaf = "secret-tree-leaf"
    case generationConsumed = "generation-consumed"

    // Key packages (§10)
    case keyPackageVersion = "key-package-version"
    case keyPackageSuite = "key-package-suite"
    case keyPackageSignature = "key-package-signature"
    case initKeyDistinct = "init-key-distinct"

    // Proposals (§12.1, §12.2)
    case groupRequirementsMet = "group-requirements-met"
    case removeTarget = "remove-target"
    case pskUsage = "psk-usage"
    case pskNonceLength = "psk-nonce-length"
    case externalProposalType = "external-proposal-type"
    case externalSenderKnown = "external-sender-known"
    case updateByCommitter = "update-by-committer"
    case removesCommitter = "removes-committer"
    case oneChangePerLeaf = "one-change-per-leaf"
    case addsDistinct = "adds-distinct"
    case addedIsMember = "added-is-member"
    case pskDistinct = "psk-distinct"
    case oneExtensionsProposal = "one-extensions-proposal"
    case externalInitByMember = "external-init-by-member"
    case externalInitOnce = "external-init-once"
    case externalRemoveOnce = "external-remove-once"
    case externalOtherProposals = "external-other-proposals"

    // Commits (§12.4)
    case pathRequired = "path-required"
    case epochCurrent = "epoch-current"
    case proposalKnown = "proposal-known"
    case pskKnown = "psk-known"
    case pathKeysNew = "path-keys-new"

    // Joining (§12.4.3)
    case welcomeForKeyPackage = "welcome-for-key-package"
    case welcomeSuite = "welcome-suite"
    case groupInfoSignature = "group-info-signature"
    case treeHash = "tree-hash"
    case unmergedLeavesBelow = "unmerged-leaves-below"
    case unmergedLeavesComplete = "unmerged-leaves-complete"
    case welcomeLeaf = "welcome-leaf"
    case externalCommitPath = "external-commit-path"
    case externalCommitByValue = "external-commit-by-value"
    case externalPub = "external-pub"
    case treePresent = "tree-present"
    case treeEndsInBlank = "tree-ends-in-blank"
    case treeNodeKind = "tree-node-kind"

    // Extensions (§13.4)
    case extensionTypesDistinct = "extension-types-distinct"
    case groupExtensionsSupported = "group-extensions-supported"

    // Application messages (§15.3)
    case epochKept = "epoch-kept"

    /// The section of RFC 9420 that states the rule.
    public var section: String { statement.section }

    /// What must hold, in one sentence.
    public var sentence: String { statement.sentence }

    private var statement: (section: String, sentence: String) {
        switch self {
        case .publicKeyInvalid: ("5.1.1", "A public key is a valid point of its group and no low-order one.")
        case .signatureInvalid: ("5.1.2", "A signature verifies under its key and label.")
        case .decryptionFailed: ("5.1.3", "A ciphertext opens under its key.")
        case .credentialAccepted:
            ("5.3.1", "The application accepts a credential, and a new one as successor of the old.")
        case .messageGroup: ("6", "A message is processed by the group that it names.")
        case .applicationIsPrivate: ("6", "Application data travels in a PrivateMessage.")
        case .senderContent: ("6.1", "A sender sends only kinds of content that its sender type may.")
        case .confirmationTag: ("6.1", "The confirmation tag is the one that the new epoch gives.")
        case .membershipTag: ("6.2", "The membership tag of a member's PublicMessage is the one that the epoch gives.")
        case .senderIsMember: ("6.3.2", "The leaf that a message names as its sender is not blank.")
        case .unmergedLeavesSorted: ("7.1", "The unmerged leaves of a node ascend.")
        case .leafCredentialListed: ("7.2", "The capabilities of a leaf list the type of its credential.")
        case .lifetimeTotal: ("7.2", "The lifetime of a leaf is no longer than the application allows.")
        case .leafSource: ("7.3", "The source of a leaf fits the place where the leaf stands.")
        case .leafSignature: ("7.3", "The signature of a leaf verifies under its signature key.")
        case .requiredCapabilities: ("7.3", "A leaf supports the group's required capabilities.")
        case .credentialTypesSupported: ("7.3", "Every member supports the credential types of all members.")
        case .lifetimeCurrent: ("7.3", "The lifetime of a leaf includes the present.")
        case .leafExtensionsListed: ("7.3", "The capabilities of a leaf list the types of its extensions.")
        case .updateKeyFresh: ("7.3", "An update brings another encryption key than the leaf had.")
        case .signatureKeysUnique: ("7.3", "No two members have the same signature key.")
        case .encryptionKeysUnique: ("7.3", "No two nodes have the same encryption key.")
        case .pathLength: ("7.5", "An update path has one entry for each node of the filtered direct path.")
        case .pathSecretForEveryMember: ("7.5", "Every member can decrypt a path secret.")
        case .pathKeysMatch: ("7.5", "The public keys derived from a path secret are those of the path.")
        case .pathSecretCount: ("7.6", "Each path node has one ciphertext for each node of the resolution.")
        case .parentHashValid: ("7.9.2", "Every parent node is parent-hash valid towards exactly one side.")
        case .commitParentHash: ("7.9.2", "The committer's leaf has the parent hash of the path that was sent.")
        case .secretTreeLeaf: ("9", "A sender is a leaf of the secret tree.")
        case .generationConsumed: ("9.2", "A key of a ratchet is used once, and deleted then.")
        case .keyPackageVersion: ("10", "A key package's version is that of the message around it, and of the group.")
        case .keyPackageSuite: ("10.1", "A key package is of the group's cipher suite.")
        case .keyPackageSignature:
            ("10.1", "The signature of a key package verifies under the signature key of its leaf.")
        case .initKeyDistinct: ("10.1", "The init key of a key package is not the encryption key of its leaf.")
        case .groupRequirementsMet: ("12.1.7", "Every member supports what new group context extensions require.")
        case .removeTarget: ("12.1.3", "A Remove names a leaf that is not blank.")
        case .pskUsage: ("12.1.4", "A PSK proposal does not carry the usage reinit or branch.")
        case .pskNonceLength: ("12.1.4", "The nonce of a PSK has the length of the suite's hash.")
        case .externalProposalType: ("12.1.8", "An external sender sends only proposals of the types open to it.")
        case .externalSenderKnown:
            ("12.1.8.1", "An external sender is listed in the group's external_senders extension.")
        case .updateByCommitter: ("12.2", "A commit covers no Update of its committer.")
        case .removesCommitter: ("12.2", "A commit does not remove its committer.")
        case .oneChangePerLeaf: ("12.2", "A commit covers at most one Update or Remove for each leaf.")
        case .addsDistinct: ("12.2", "A commit does not add the same client twice.")
        case .addedIsMember: ("12.2", "A commit does not add a client that is and stays a member.")
        case .pskDistinct: ("12.2", "A commit names each pre-shared key once.")
        case .oneExtensionsProposal: ("12.2", "A commit covers at most one GroupContextExtensions proposal.")
        case .externalInitByMember: ("12.2", "A member's commit covers no ExternalInit.")
        case .externalInitOnce: ("12.2", "An external commit covers exactly one ExternalInit.")
        case .externalRemoveOnce: ("12.2", "An external commit covers at most one Remove.")
        case .externalOtherProposals: ("12.2", "An external commit covers only ExternalInit, Remove and PSK proposals.")
        case .pathRequired: ("12.4", "A commit has a path when it is empty or covers a proposal that demands one.")
        case .epochCurrent: ("12.4.2", "A proposal or commit belongs to the current epoch.")
        case .proposalKnown: ("12.4.2", "A proposal that is committed by reference has been received in this epoch.")
        case .pskKnown: ("12.4.2", "A pre-shared key that is named is available.")
        case .pathKeysNew: ("12.4.2", "No key of an update path is in the tree already.")
        case .welcomeForKeyPackage: ("12.4.3.1", "A Welcome has an entry for the key package it is opened with.")
        case .welcomeSuite: ("12.4.3.1", "A Welcome, its GroupInfo and the key package are of one cipher suite.")
        case .groupInfoSignature:
            ("12.4.3.1", "The signature of a GroupInfo verifies under the key of the member that it names.")
        case .treeHash: ("12.4.3.1", "The ratchet tree has the hash that the GroupInfo states.")
        case .unmergedLeavesBelow: ("12.4.3.1", "An unmerged leaf is a member below the node that lists it.")
        case .unmergedLeavesComplete:
            ("12.4.3.1", "An unmerged leaf is listed at every keyed node between it and a node that lists it.")
        case .welcomeLeaf: ("12.4.3.1", "The tree has the leaf of the key package that was invited.")
        case .externalCommitPath: ("12.4.3.2", "An external commit has a path.")
        case .externalCommitByValue: ("12.4.3.2", "An external commit covers no proposal by reference.")
        case .externalPub: ("12.4.3.2", "A GroupInfo to join by has an external_pub extension.")
        case .treePresent: ("12.4.3.3", "The ratchet tree comes with the GroupInfo or from the application.")
        case .treeEndsInBlank: ("12.4.3.3", "The last node of a ratchet tree on the wire is not blank.")
        case .treeNodeKind: ("12.4.3.3", "Leaves stand in even, parents in odd places of a ratchet tree.")
        case .extensionTypesDistinct: ("13.4", "No list of extensions has a type twice.")
        case .groupExtensionsSupported: ("13.4", "Every member supports every extension of the group.")
        case .epochKept: ("15.3", "The keys of an application message's epoch are still there.")
        }
    }
}

/// Why a call of this library could not do its work.
///
/// A failed call changes nothing. Errors never carry secrets or message content.
public enum MLSError: Error, Equatable, Sendable {
    /// The bytes are not the structure they should be (RFC 9420 §2.1).
    case malformed(DecodingFault)
    /// A well-formed input breaks a rule of the RFC; ``Rule/section`` and ``Rule/sentence`` say which.
    case violates(Rule)
    /// An input is larger than the ``Limits`` allow.
    case exceeds(Limit)
    /// The RFC has it, this library does not.
    case unsupported(Feature)
    /// The caller asked for something that the current state does not permit; nobody else is at fault.
    case misuse(Misuse)

    /// Stable names for metrics and storage; appended to, never renamed.
    public var code: String {
        switch self {
        case .malformed(let fault): "mls.malformed.\(fault.rawValue)"
        case .violates(let rule): "mls.rule.\(rule.rawValue)"
        case .exceeds(let limit): "mls.limit.\(limit.rawValue)"
        case .unsupported(let feature): "mls.unsupported.\(feature.rawValue)"
        case .misuse(let misuse): "mls.misuse.\(misuse.rawValue)"
        }
    }
}

extension MLSError: CustomStringConvertible {
    /// The stable code, and for a broken rule its section and sentence.
    public var description: String {
        switch self {
        case .violates(let rule): "\(code) (RFC 9420 §\(rule.section)): \(rule.sentence)"
        default: code
        }
    }
}

/// What is wrong with bytes that do not decode.
public enum DecodingFault: String, Sendable, CaseIterable {
    case truncated
    case trailingBytes = "trailing-bytes"
    /// The two top bits of a vector header are 11 (§2.1.2).
    case vectorHeaderPrefix = "vector-header-prefix"
    /// A vector header is longer than necessary (§2.1.2).
    case vectorHeaderNotMinimal = "vector-header-not-minimal"
    /// The presence byte of an optional value is neither 0 nor 1 (§2.1.1).
    case presenceByte = "presence-byte"
    /// An enumerated value has no meaning where it stands.
    case enumValue = "enum-value"
    /// A value has the wrong length or lies outside its range.
    case value
    /// The padding of a PrivateMessage contains something other than zeros (§6.3.1).
    case padding
    /// A snapshot is of a version or kind that this library does not read.
    case snapshot
}

/// A bound of ``Limits``.
public enum Limit: String, Sendable, CaseIterable {
    case messageBytes = "message-bytes"
    case treeLeaves = "tree-leaves"
    case forwardDistance = "forward-distance"
    case pendingProposals = "pending-proposals"
    case committedProposals = "committed-proposals"
    case generation
    case epoch
    case exportBytes = "export-bytes"
}

/// A part of the RFC that this library knows and refuses.
public enum Feature: String, Sendable, CaseIterable {
    case cipherSuite = "cipher-suite"
    case protocolVersion = "protocol-version"
    case reInit = "reinit"
    case branch
    case proposalType = "proposal-type"
    case credentialType = "credential-type"
    case wireFormat = "wire-format"
}

/// What verification says about a request.
public enum Verdict: Sendable, Equatable {
    case accepted(Evidence)
    case rejected(Rejection)
}

/// What an accepted request proved, and what it says about itself.
public struct Evidence: Sendable, Equatable {
    /// When the sender signed, in UNIX seconds; nil when the scheme carries no time.
    public let timestampSeconds: Int64?
    /// The sender's own id of this delivery or event: the same again when it is repeated. Nil when there was none.
    public let idempotencyKey: String?
    /// Whether the signature covers ``idempotencyKey``. Where it does not, whoever holds a recorded request can send it
    /// again under another key, so the body must count as a key too.
    public let isIdempotencyKeySigned: Bool
    /// The position of the matching secret in ``SchemeSettings/secrets``; nil when none was needed.
    public let secretIndex: Int?

    init(
        timestampSeconds: Int64? = nil, idempotencyKey: String? = nil, isIdempotencyKeySigned: Bool = false,
        secretIndex: Int? = nil
    ) {
        self.timestampSeconds = timestampSeconds
        self.idempotencyKey = idempotencyKey
        self.isIdempotencyKeySigned = isIdempotencyKeySigned
        self.secretIndex = secretIndex
    }
}

/// Why a request was refused. Names of headers and fields are the scheme's own; no value from the request is in it.
public enum Rejection: Error, Sendable, Equatable {
    /// The header, parameter or field with the signature, token or password is not there.
    case missingSignature(in: String)
    /// It is there but has not the form the scheme prescribes: prefix, encoding, length.
    case malformedSignature(in: String)
    /// It has the right form and is not the right one.
    case signatureMismatch
    /// A header that may stand there once stood there several times.
    case repeatedHeader(String)
    /// Something that the signature covers is not there.
    case missingSignedValue(String)
    /// The signed URL carries a hash of another body, or none where it must.
    case bodyHashMismatch
    /// The vendor never sends an empty body, and its libraries refuse it.
    case emptyBody
    case missingTimestamp
    case unreadableTimestamp
    case staleTimestamp(ageSeconds: Int64)
    case futureTimestamp(aheadSeconds: Int64)
    case missingIdempotencyKey
    /// There is an allow-list, and the sender's address is not known or could not be read.
    case unknownAddress
    case addressNotAllowed

    /// How the sender may be told.
    public enum Answer: String, Sendable, CaseIterable {
        case invalidSignature = "invalid_signature"
        case invalidTimestamp = "invalid_timestamp"
        case missingIdempotencyKey = "missing_idempotency_key"
    }

    /// The coarse class of the refusal, which gives a forger no hint.
    public var answer: Answer {
        switch self {
        case .missingSignature, .malformedSignature, .signatureMismatch, .repeatedHeader, .missingSignedValue,
            .bodyHashMismatch, .emptyBody, .unknownAddress, .addressNotAllowed:
            .invalidSignature
        case .missingTimestamp, .unreadableTimestamp, .staleTimestamp, .futureTimestamp: .invalidTimestamp
        case .missingIdempotencyKey: .missingIdempotencyKey
        }
    }

    /// Stable, without values: fit for logs, stored records and metric labels.
    public var code: String {
        switch self {
        case .missingSignature: "signature.missing"
        case .malformedSignature: "signature.malformed"
        case .signatureMismatch: "signature.mismatch"
        case .repeatedHeader: "signature.repeated-header"
        case .missingSignedValue: "signature.missing-signed-value"
        case .bodyHashMismatch: "signature.body-hash-mismatch"
        case .emptyBody: "signature.empty-body"
        case .missingTimestamp: "timestamp.missing"
        case .unreadableTimestamp: "timestamp.unreadable"
        case .staleTimestamp: "timestamp.stale"
        case .futureTimestamp: "timestamp.future"
        case .missingIdempotencyKey: "idempotency-key.missing"
        case .unknownAddress: "address.unknown"
        case .addressNotAllowed: "address.not-allowed"
        }
    }
}

extension Rejection: CustomStringConvertible {
    /// One sentence for people.
    public var description: String {
        switch self {
        case .missingSignature(let place): "\(place) is missing"
        case .malformedSignature(let place): "\(place) does not have the prescribed form"
        case .signatureMismatch: "the signature does not match"
        case .repeatedHeader(let name): "\(name) stands there more than once"
        case .missingSignedValue(let place): "\(place), which the signature covers, is missing"
        case .bodyHashMismatch: "the URL does not carry the hash of this body"
        case .emptyBody: "the body is empty"
        case .missingTimestamp: "the timestamp is missing"
        case .unreadableTimestamp: "the timestamp cannot be read"
        case .staleTimestamp(let age): "the timestamp is \(age) s old"
        case .futureTimestamp(let ahead): "the timestamp lies \(ahead) s in the future"
        case .missingIdempotencyKey: "the idempotency key is missing"
        case .unknownAddress: "the sender's address is not known"
        case .addressNotAllowed: "the sender's address is not on the allow-list"
        }
    }
}

import MLS

/// What is wrong with a request before the library sees it.
enum RequestError: Error, CustomStringConvertible {
    case notAnObject
    case missing(String)
    case wrongType(String, expected: String)
    case unknown(String, number: UInt64)
    case unknownOperation(String)
    case unknownProposal(String)
    case wrongMessage(String)

    var description: String {
        switch self {
        case .notAnObject: "a request is one JSON object"
        case .missing(let field): "\(field) is missing"
        case .wrongType(let field, let expected): "\(field) is no \(expected)"
        case .unknown(let kind, let number): "there is no \(kind) \(number)"
        case .unknownOperation(let name): "unknown op \(name)"
        case .unknownProposal(let type): "unknown proposal type \(type)"
        case .wrongMessage(let field): "\(field) is a message of another kind"
        }
    }
}

/// The fields of one request.
struct Request {
    let fields: [String: JSON]

    init(_ json: JSON) throws {
        guard case .object(let fields) = json else { throw RequestError.notAnObject }
        self.fields = fields
    }

    /// A field, or nil when it is absent or null.
    subscript(_ field: String) -> JSON? {
        guard let value = fields[field], value != .null else { return nil }
        return value
    }

    private func require(_ field: String) throws -> JSON {
        guard let value = self[field] else { throw RequestError.missing(field) }
        return value
    }

    func text(_ field: String) throws -> String {
        guard case .text(let text) = try require(field) else { throw RequestError.wrongType(field, expected: "text") }
        return text
    }

    func bytes(_ field: String) throws -> [UInt8] {
        guard let bytes = Hexadecimal.decode(try text(field)) else {
            throw RequestError.wrongType(field, expected: "hexadecimal text")
        }
        return bytes
    }

    func optionalBytes(_ field: String) throws -> [UInt8]? {
        self[field] == nil ? nil : try bytes(field)
    }

    func number(_ field: String) throws -> UInt64 {
        switch try require(field) {
        case .integer(let value) where value >= 0: return UInt64(value)
        case .unsigned(let value): return value
        default: throw RequestError.wrongType(field, expected: "number")
        }
    }

    func number<Value: FixedWidthInteger>(_ field: String, as _: Value.Type) throws -> Value {
        guard let value = Value(exactly: try number(field)) else {
            throw RequestError.wrongType(field, expected: "number of \(Value.bitWidth) bits")
        }
        return value
    }

    func optionalNumber<Value: FixedWidthInteger>(_ field: String, as type: Value.Type) throws -> Value? {
        self[field] == nil ? nil : try number(field, as: type)
    }

    func flag(_ field: String, default standard: Bool = false) throws -> Bool {
        switch self[field] {
        case nil: return standard
        case .bool(let flag): return flag
        default: throw RequestError.wrongType(field, expected: "truth value")
        }
    }

    /// The elements of a list; an absent list is empty. Each can be read like a request with the one field `field`.
    func elements(_ field: String) throws -> [Request] {
        switch self[field] {
        case nil: return []
        case .list(let values): return try values.map { try Request(.object([field: $0])) }
        default: throw RequestError.wrongType(field, expected: "list")
        }
    }

    /// The objects of a list; an absent list is empty.
    func objects(_ field: String) throws -> [Request] {
        switch self[field] {
        case nil: return []
        case .list(let values): return try values.map { try Request($0) }
        default: throw RequestError.wrongType(field, expected: "list")
        }
    }

    func object(_ field: String) throws -> Request? {
        try self[field].map { try Request($0) }
    }
}

// MARK: - What the library works with

extension Request {
    var suite: CipherSuite {
        get throws { CipherSuite(rawValue: try number("suite", as: UInt16.self)) }
    }

    func leaf(_ field: String) throws -> LeafIndex {
        LeafIndex(rawValue: try number(field, as: UInt32.self))
    }

    func extensions(_ field: String) throws -> [Extension] {
        try objects(field).map { entry in
            Extension(
                type: ExtensionType(rawValue: try entry.number("type", as: UInt16.self)),
                content: try entry.bytes("data"))
        }
    }

    func capabilities() throws -> Capabilities? {
        guard let object = try object("capabilities") else { return nil }
        func codes(_ field: String) throws -> [UInt16] {
            try object.elements(field).map { try $0.number(field, as: UInt16.self) }
        }
        return Capabilities(
            versions: try codes("versions").map(ProtocolVersion.init),
            cipherSuites: try codes("ciphersuites").map(CipherSuite.init),
            extensions: try codes("extensions").map(ExtensionType.init),
            proposals: try codes("proposals").map(ProposalType.init),
            credentials: try codes("credentials").map(CredentialType.init))
    }

    func keyPackage(_ field: String = "key_package") throws -> KeyPackage {
        let bytes = try bytes(field)
        guard Self.isWrapped(bytes, as: .keyPackage) else { return try KeyPackage(decoding: bytes) }
        guard case .keyPackage(let keyPackage) = try MLSMessage(decoding: bytes) else {
            throw RequestError.wrongMessage(field)
        }
        return keyPackage
    }

    func welcome() throws -> Welcome {
        let bytes = try bytes("welcome")
        guard Self.isWrapped(bytes, as: .welcome) else { return try Welcome(decoding: bytes) }
        guard case .welcome(let welcome) = try MLSMessage(decoding: bytes) else {
            throw RequestError.wrongMessage("welcome")
        }
        return welcome
    }

    func groupInfo() throws -> GroupInfo {
        let bytes = try bytes("group_info")
        guard Self.isWrapped(bytes, as: .groupInfo) else { return try GroupInfo(decoding: bytes) }
        guard case .groupInfo(let groupInfo) = try MLSMessage(decoding: bytes) else {
            throw RequestError.wrongMessage("group_info")
        }
        return groupInfo
    }

    func message(_ field: String = "message") throws -> MLSMessage {
        try MLSMessage(decoding: bytes(field))
    }

    func ratchetTree() throws -> RatchetTree? {
        try optionalBytes("ratchet_tree").map { try RatchetTree(decoding: $0) }
    }

    func protection() throws -> HandshakeProtection {
        try flag("encrypt") ? .privateMessage : .publicMessage
    }

    /// Whether the bytes begin with version 1.0 and the wire format of an MLSMessage (RFC 9420 §6).
    ///
    /// A bare KeyPackage begins with version and suite, so one of suite 5 looks the same up to here; only one of the two
    /// readings takes up all of the bytes.
    private static func isWrapped(_ bytes: [UInt8], as format: WireFormat) -> Bool {
        guard bytes.starts(with: [0, 1, UInt8(format.rawValue >> 8), UInt8(format.rawValue & 0xFF)]) else {
            return false
        }
        return (try? MLSMessage(decoding: bytes)) != nil
    }
}

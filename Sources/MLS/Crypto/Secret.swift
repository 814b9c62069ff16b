import Crypto

/// Bytes that must not be seen: keys, path secrets, pre-shared keys.
///
/// Copies share one buffer, which is overwritten with zeros when the last of them goes away (swift-crypto's zeroising
/// storage). It is never printed, and cannot be compared with `==`; ``isEqual(to:)`` takes the same time for any two
/// secrets of one length.
///
/// What is not wiped: the copy that ``reveal()`` gives; the `Data` in which swift-crypto returns an HPKE plaintext, which
/// leaves `Data` in the same statement; registers, and pages that the system has swapped out.
public struct Secret: Sendable {
    /// The self-wiping storage, in the form which the primitives take.
    let key: SymmetricKey

    init(_ key: SymmetricKey) {
        self.key = key
    }

    /// Copies `bytes`; the caller's copy stays as it is.
    public init(_ bytes: [UInt8]) {
        key = SymmetricKey(data: bytes)
    }

    /// Copies `bytes`, then overwrites them with zeros where they lie.
    ///
    /// Only the given array's own storage is wiped: one that it was copied from, or outgrew, is not.
    init(wiping bytes: inout [UInt8]) {
        key = SymmetricKey(data: bytes)
        Self.wipe(&bytes)
    }

    /// `count` zero bytes: the value that the RFC writes as `0`.
    static func zeros(_ count: Int) -> Secret {
        Secret([UInt8](repeating: 0, count: count))
    }

    /// `count` bytes from the system's random number generator.
    public static func random(_ count: Int) -> Secret {
        guard count > 0 else { return Secret([]) }
        return Secret(SymmetricKey(size: SymmetricKeySize(bitCount: count * 8)))
    }

    /// The number of bytes.
    public var count: Int { key.bitCount / 8 }

    /// A copy of the bytes in the open. It is not wiped: keep it for one statement.
    public func reveal() -> [UInt8] {
        unsafe key.withUnsafeBytes { buffer in unsafe [UInt8](buffer) }
    }

    /// Compares without giving away by its duration where the secrets differ.
    public func isEqual(to other: Secret) -> Bool {
        key == other.key
    }

    // Not inlined, so that the stores are not dropped as dead.
    @inline(never)
    static func wipe(_ bytes: inout [UInt8]) {
        for index in bytes.indices { bytes[index] = 0 }
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Shows nothing.
    public var description: String { "<redacted>" }
    /// Shows nothing.
    public var debugDescription: String { "<redacted>" }
    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: TLSCodable {
    package init(from reader: inout Reader) throws(MLSError) {
        var bytes = try reader.vector()
        self.init(wiping: &bytes)
    }

    package func encode(to writer: inout Writer) {
        writer.write(vector: reveal())
    }
}

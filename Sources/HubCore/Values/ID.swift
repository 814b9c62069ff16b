/// A kind of thing that has an id of its own.
package protocol Identified {
    /// What stands before the underscore when the id is shown: `evt`, `src`, …
    static var idPrefix: String { get }
}

/// A typed UUIDv7 (RFC 9562 §5.7): ordered by the time it was made, stored as 16 bytes, shown as `evt_` and 26 letters.
package struct ID<Entity: Identified>: Sendable, Hashable, Comparable {
    package let uuid: UUIDv7

    package init(_ uuid: UUIDv7) {
        self.uuid = uuid
    }

    package static func make(at now: Timestamp) -> Self {
        Self(UUIDv7(at: now))
    }

    /// - Parameter bytes: must be 16 of them.
    package init?(bytes: UnsafeRawBufferPointer) {
        guard let uuid = UUIDv7(bytes: bytes) else { return nil }
        self.init(uuid)
    }

    /// Reads what ``description`` writes.
    package init?(_ text: some StringProtocol) {
        let prefix = Entity.idPrefix + "_"
        guard text.hasPrefix(prefix), let uuid = UUIDv7(base32: text.dropFirst(prefix.count)) else { return nil }
        self.init(uuid)
    }

    package var bytes: [UInt8] { uuid.bytes }

    package static func < (left: Self, right: Self) -> Bool { left.uuid < right.uuid }
}

extension ID: CustomStringConvertible {
    package var description: String { "\(Entity.idPrefix)_\(uuid.base32)" }
}

/// 128 bits: 48 of milliseconds, then random ones.
package struct UUIDv7: Sendable, Hashable, Comparable {
    private let high: UInt64
    private let low: UInt64

    package init(at now: Timestamp) {
        let time = UInt64(clamping: now.milliseconds) & 0xFFFF_FFFF_FFFF
        // One system call: 64 random bits among the ids of one millisecond are enough. The twelve in the middle are
        // filled by spreading them.
        let random = UInt64.random(in: .min ... .max)
        high = time << 16 | 0x7000 | (random &* 0x9E37_79B9_7F4A_7C15) >> 52
        low = 0x8000_0000_0000_0000 | random & 0x3FFF_FFFF_FFFF_FFFF
    }

    package init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 16 else { return nil }
        high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
        low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    package var bytes: [UInt8] {
        withBytes { Array($0) }
    }

    /// Gives the 16 bytes without an array for them; they are gone when `use` returns.
    package func withBytes<Value>(_ use: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        try withUnsafeBytes(of: (high.bigEndian, low.bigEndian), use)
    }

    /// When it was made.
    package var timestamp: Timestamp { Timestamp(milliseconds: Int64(high >> 16)) }

    package static func < (left: Self, right: Self) -> Bool { (left.high, left.low) < (right.high, right.low) }

    /// The usual form with hyphens, lower case.
    package var uuidString: String {
        let hex = Array(Hex.encode(bytes))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(hex[$0]) }.joined(separator: "-")
    }

    // MARK: Crockford's base 32, lower case: sorts like the number, no letters that look alike

    var base32: String {
        String(unsafeUninitializedCapacity: 26) { letters in
            for index in 0..<26 { letters[index] = Self.alphabet[Int(bits(from: 125 - 5 * index))] }
            return 26
        }
    }

    /// Five bits, the lowest of them `shift` bits from the right end.
    private func bits(from shift: Int) -> UInt64 {
        let value: UInt64
        if shift >= 64 {
            value = high >> UInt64(shift - 64)
        } else {
            value = low >> UInt64(shift) | (shift > 59 ? high << UInt64(64 - shift) : 0)
        }
        return value & 0x1F
    }

    init?(base32 text: some StringProtocol) {
        guard text.utf8.count == 26 else { return nil }
        var (high, low) = (UInt64(0), UInt64(0))
        for (index, letter) in text.utf8.enumerated() {
            guard let value = Self.alphabet.firstIndex(of: letter), index > 0 || value < 8 else { return nil }
            high = high << 5 | low >> 59
            low = low << 5 | UInt64(value)
        }
        (self.high, self.low) = (high, low)
    }

    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}

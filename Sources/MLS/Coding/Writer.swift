/// Builds the TLS presentation encoding of MLS structures (RFC 9420 §2.1, RFC 8446 §3).
///
/// Integers are big-endian; a variable-length vector is preceded by its byte count in the minimal form of §2.1.2.
package struct Writer: Sendable {
    /// What has been written so far.
    package private(set) var bytes: [UInt8] = []

    /// The longest vector that the header of §2.1.2 can announce, in bytes.
    package static let longestVector = (1 << 30) - 1

    /// Makes an empty writer with room for `capacity` bytes.
    package init(capacity: Int = 0) {
        if capacity > 0 { bytes.reserveCapacity(capacity) }
    }

    package mutating func write(_ value: UInt8) {
        bytes.append(value)
    }

    package mutating func write(_ value: UInt16) {
        bytes.append(UInt8(truncatingIfNeeded: value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    package mutating func write(_ value: UInt32) {
        write(UInt16(truncatingIfNeeded: value >> 16))
        write(UInt16(truncatingIfNeeded: value))
    }

    package mutating func write(_ value: UInt64) {
        write(UInt32(truncatingIfNeeded: value >> 32))
        write(UInt32(truncatingIfNeeded: value))
    }

    /// Writes bytes without a header (`opaque x[n]`).
    package mutating func write(raw: some Collection<UInt8>) {
        bytes.append(contentsOf: raw)
    }

    /// Writes bytes behind a length header (`opaque x<V>`).
    package mutating func write(vector: some Collection<UInt8>) {
        writeHeader(vector.count)
        bytes.append(contentsOf: vector)
    }

    package mutating func write(_ value: some TLSEncodable) {
        value.encode(to: &self)
    }

    /// Writes `optional<T>` (§2.1.1): a presence byte, then the value.
    package mutating func write(optional value: (some TLSEncodable)?) {
        guard let value else { return bytes.append(0) }
        bytes.append(1)
        value.encode(to: &self)
    }

    /// Writes `T values<V>`.
    package mutating func write<Element: TLSEncodable>(list: some Collection<Element>) {
        writeVector { writer in
            for element in list { element.encode(to: &writer) }
        }
    }

    /// Writes whatever `body` writes as one vector behind its length header.
    package mutating func writeVector<Failure>(_ body: (inout Writer) throws(Failure) -> Void) throws(Failure) {
        let start = bytes.count
        try body(&self)
        let header = Self.header(bytes.count - start)
        bytes.insert(contentsOf: header, at: start)
    }

    private mutating func writeHeader(_ count: Int) {
        if count < 64 {
            bytes.append(UInt8(truncatingIfNeeded: count))
        } else {
            bytes.append(contentsOf: Self.header(count))
        }
    }

    /// The minimal header for a vector of `count` bytes (§2.1.2).
    static func header(_ count: Int) -> [UInt8] {
        // Every caller of this library bounds its input by `Limits` long before; more than 1 GiB is our own mistake.
        precondition(count <= longestVector, "a vector is longer than its header can say")
        if count < 1 << 6 { return [UInt8(truncatingIfNeeded: count)] }
        if count < 1 << 14 {
            return [0x40 | UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
        }
        return [
            0x80 | UInt8(truncatingIfNeeded: count >> 24), UInt8(truncatingIfNeeded: count >> 16),
            UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count),
        ]
    }
}

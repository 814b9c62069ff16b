/// Takes the TLS presentation encoding of MLS structures apart (RFC 9420 §2.1, RFC 8446 §3).
///
/// Every read checks what is left before it touches a byte, so any input either decodes or throws
/// ``MLSError/malformed(_:)``. A nested reader shares its parent's bytes and cannot see past its own end.
package struct Reader: Sendable {
    private let bytes: [UInt8]
    private var position: Int
    private let end: Int

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = 0
        end = bytes.count
    }

    private init(_ bytes: [UInt8], from position: Int, to end: Int) {
        self.bytes = bytes
        self.position = position
        self.end = end
    }

    /// The number of bytes not read yet.
    package var remaining: Int { end - position }
    package var isAtEnd: Bool { position == end }

    /// Refuses bytes that nothing has read.
    package func finish() throws(MLSError) {
        guard isAtEnd else { throw .malformed(.trailingBytes) }
    }

    package mutating func uint8() throws(MLSError) -> UInt8 {
        guard position < end else { throw .malformed(.truncated) }
        defer { position += 1 }
        return bytes[position]
    }

    package mutating func uint16() throws(MLSError) -> UInt16 {
        guard remaining >= 2 else { throw .malformed(.truncated) }
        defer { position += 2 }
        return UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
    }

    package mutating func uint32() throws(MLSError) -> UInt32 {
        guard remaining >= 4 else { throw .malformed(.truncated) }
        let high = try uint16()
        return UInt32(high) << 16 | UInt32(try uint16())
    }

    package mutating func uint64() throws(MLSError) -> UInt64 {
        guard remaining >= 8 else { throw .malformed(.truncated) }
        let high = try uint32()
        return UInt64(high) << 32 | UInt64(try uint32())
    }

    /// Reads `opaque x[count]`.
    package mutating func raw(_ count: Int) throws(MLSError) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw .malformed(.truncated) }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    /// Reads everything that is left.
    package mutating func rest() -> [UInt8] {
        defer { position = end }
        return Array(bytes[position..<end])
    }

    /// Reads `opaque x<V>`.
    package mutating func vector() throws(MLSError) -> [UInt8] {
        try raw(vectorHeader())
    }

    /// Reads the header of a vector and returns a reader that ends where the vector ends.
    package mutating func nested() throws(MLSError) -> Reader {
        let count = try vectorHeader()
        guard count <= remaining else { throw .malformed(.truncated) }
        defer { position += count }
        return Reader(bytes, from: position, to: position + count)
    }

    /// Reads the byte count before a variable-length vector (§2.1.2): 1, 2 or 4 bytes, and no longer than necessary.
    package mutating func vectorHeader() throws(MLSError) -> Int {
        let first = try uint8()
        var value = Int(first & 0x3F)
        let following: Int
        let least: Int
        switch first >> 6 {
        case 0: return value
        case 1: (following, least) = (1, 1 << 6)
        case 2: (following, least) = (3, 1 << 14)
        default: throw .malformed(.vectorHeaderPrefix)
        }
        for _ in 0..<following { value = value << 8 | Int(try uint8()) }
        guard value >= least else { throw .malformed(.vectorHeaderNotMinimal) }
        return value
    }

    package mutating func read<Value: TLSDecodable>(_ type: Value.Type = Value.self) throws(MLSError) -> Value {
        try Value(from: &self)
    }

    /// Reads `optional<T>` (§2.1.1).
    package mutating func optional<Value: TLSDecodable>(
        _ type: Value.Type = Value.self
    ) throws(MLSError) -> Value? {
        switch try uint8() {
        case 0: nil
        case 1: try Value(from: &self)
        default: throw .malformed(.presenceByte)
        }
    }

    /// Reads `T values<V>`; the last element must end exactly where the vector ends.
    package mutating func list<Value: TLSDecodable>(_ type: Value.Type = Value.self) throws(MLSError) -> [Value] {
        var inner = try nested()
        var values: [Value] = []
        while !inner.isAtEnd {
            let before = inner.position
            values.append(try Value(from: &inner))
            // An element of no bytes would never end; no structure of the RFC has one.
            guard inner.position > before else { throw .malformed(.truncated) }
        }
        return values
    }
}

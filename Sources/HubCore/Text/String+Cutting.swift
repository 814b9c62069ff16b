extension String {
    /// The beginning, of at most as many bytes, without half a scalar at its end. Looks at nothing beyond it.
    package func prefix(bytes limit: Int) -> Substring { self[...].prefix(bytes: limit) }
}

extension Substring {
    /// As for a whole string.
    package func prefix(bytes limit: Int) -> Substring {
        guard var end = utf8.index(startIndex, offsetBy: limit, limitedBy: endIndex) else { return self }
        while end > startIndex, end < endIndex, utf8[end] & 0xC0 == 0x80 { utf8.formIndex(before: &end) }
        return self[..<end]
    }
}

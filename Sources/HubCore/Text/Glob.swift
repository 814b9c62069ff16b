/// A shell glob over event types and names: `*` any run of characters, `?` one, everything else itself.
///
/// Patterns and texts may come from outside, so that both have a length beyond which a pattern with `*` or `?` in its
/// middle matches nothing: ``patternLimit`` and ``textLimit``.
package struct Glob: Sendable, Hashable {
    package let pattern: String
    private let form: Form

    /// In bytes; no type, branch or address that people write patterns for is longer.
    package static let patternLimit = 256
    /// In bytes.
    package static let textLimit = 4096

    /// Nearly all patterns are one of the first two, which are looked at for each event and endpoint.
    private enum Form: Sendable, Hashable {
        case exact
        /// As many bytes of the pattern, and then anything.
        case beginning(Int)
        case general
    }

    package init(_ pattern: String) {
        self.pattern = pattern
        let bytes = pattern.utf8
        let plain = bytes.prefix { $0 != UInt8(ascii: "*") && $0 != UInt8(ascii: "?") }.count
        form =
            plain == bytes.count
            ? .exact : plain == bytes.count - 1 && bytes.last == UInt8(ascii: "*") ? .beginning(plain) : .general
    }

    package func matches(_ text: String) -> Bool { matches(text[...]) }

    /// Works in time proportional to the product of both lengths, as far as the limits, whatever the pattern.
    package func matches(_ text: Substring) -> Bool {
        switch form {
        case .exact: pattern.utf8.elementsEqual(text.utf8)
        case .beginning(let count): text.utf8.starts(with: pattern.utf8.prefix(count))
        case .general:
            pattern.utf8.count <= Self.patternLimit && text.utf8.count <= Self.textLimit && matchesStepByStep(text)
        }
    }

    private func matchesStepByStep(_ text: Substring) -> Bool {
        let pattern = Array(pattern.unicodeScalars)
        let text = Array(text.unicodeScalars)
        var (p, t) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == "*" {
                star = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == "?" || pattern[p] == text[t] {
                p += 1
                t += 1
            } else if let last = star {
                p = last.pattern + 1
                t = last.text + 1
                star = (last.pattern, t)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }
}

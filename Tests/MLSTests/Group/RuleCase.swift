import Testing

@testable import MLS

/// One rule of the RFC with a message that breaks it and nothing else, and the same message without the break.
struct RuleCase: Sendable, CustomTestStringConvertible {
    let rule: Rule
    /// Does what the rule is about; with `true` in the way that the rule forbids.
    let attempt: @Sendable (_ breaking: Bool) throws -> Void

    init(_ rule: Rule, _ attempt: @escaping @Sendable (_ breaking: Bool) throws -> Void) {
        self.rule = rule
        self.attempt = attempt
    }

    var testDescription: String { "\(rule.rawValue), §\(rule.section)" }
}

extension LeafIndex {
    static func at(_ number: UInt32) -> LeafIndex { LeafIndex(rawValue: number) }
}

extension [UInt8] {
    /// The same bytes but for one bit.
    var flipped: [UInt8] {
        var bytes = self
        if let last = bytes.indices.last { bytes[last] ^= 1 }
        return bytes
    }
}

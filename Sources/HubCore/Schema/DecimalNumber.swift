/// A number of JSON exactly as it was written, for comparisons that must not round: `0.1`, `1e400`, twenty digits.
struct DecimalNumber: Sendable, Hashable {
    let isNegative: Bool
    /// Without zeros at either end; empty for zero.
    let digits: [UInt8]
    /// The value is the digits as a whole number, times ten to this power; 0 for zero.
    let exponent: Int

    /// Beyond this an exponent counts as this, which changes no comparison that anybody can tell.
    private static let exponentLimit = 1_000_000_000

    init(_ number: JSON.Number) {
        var (digits, scale, exponent): ([UInt8], Int, Int) = ([], 0, 0)
        var hasPoint = false
        let literal = number.literal.utf8
        var rest = literal[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest = rest.dropFirst() }
        while let byte = rest.first {
            rest = rest.dropFirst()
            switch byte {
            case UInt8(ascii: "."): hasPoint = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                exponent = Self.exponent(rest)
                rest = rest[rest.endIndex...]
            default:
                digits.append(byte &- 0x30)
                if hasPoint { scale += 1 }
            }
        }
        exponent = max(min(exponent, Self.exponentLimit), -Self.exponentLimit) - scale
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        self.digits = Array(digits.drop { $0 == 0 })
        self.exponent = self.digits.isEmpty ? 0 : exponent
        self.isNegative = isNegative && !self.digits.isEmpty
    }

    private static func exponent(_ text: Substring.UTF8View) -> Int {
        let sign = text.first == UInt8(ascii: "-") ? -1 : 1
        let digits = text.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "0") }
        guard digits.count <= 10 else { return sign * exponentLimit }
        return sign * digits.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
    }

    var isZero: Bool { digits.isEmpty }

    var isWhole: Bool { exponent >= 0 }

    /// Whether this is a whole number of times the other, which must not be zero.
    func isMultiple(of unit: DecimalNumber) -> Bool {
        if isZero { return true }
        // Neither ends with a zero, so that no power of ten can come from the digits.
        guard exponent >= unit.exponent, let divisor = unit.mantissa else { return false }
        let rest = digits.reduce(UInt64(0)) { Self.product($0, 10, plus: UInt64($1), modulo: divisor) }
        var (factor, power, left) = (UInt64(1) % divisor, UInt64(10) % divisor, exponent - unit.exponent)
        while left > 0 {
            if left & 1 == 1 { factor = Self.product(factor, power, modulo: divisor) }
            power = Self.product(power, power, modulo: divisor)
            left >>= 1
        }
        return Self.product(rest, factor, modulo: divisor) == 0
    }

    /// The digits as one number; nil when there are more than 18.
    var mantissa: UInt64? {
        digits.count <= 18 ? digits.reduce(0) { $0 * 10 + UInt64($1) } : nil
    }

    private static func product(_ left: UInt64, _ right: UInt64, plus: UInt64 = 0, modulo: UInt64) -> UInt64 {
        var (high, low) = left.multipliedFullWidth(by: right)
        let (sum, overflow) = low.addingReportingOverflow(plus)
        low = sum
        if overflow { high += 1 }
        return modulo.dividingFullWidth((high % modulo, low)).remainder
    }

    /// One text for each value, however it is written.
    var canonicalText: String {
        (isNegative ? "-" : "") + String(decoding: digits.map { $0 + 0x30 }, as: UTF8.self) + "e\(exponent)"
    }
}

extension DecimalNumber: Comparable {
    static func < (left: Self, right: Self) -> Bool {
        guard left.isNegative == right.isNegative else { return left.isNegative }
        return left.isNegative ? right.isNearerToZero(than: left) : left.isNearerToZero(than: right)
    }

    private func isNearerToZero(than other: Self) -> Bool {
        if isZero || other.isZero { return isZero && !other.isZero }
        let (size, otherSize) = (digits.count + exponent, other.digits.count + other.exponent)
        return size == otherSize ? digits.lexicographicallyPrecedes(other.digits) : size < otherSize
    }
}

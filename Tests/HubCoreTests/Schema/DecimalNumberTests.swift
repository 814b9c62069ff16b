import Testing

@testable import HubCore

@Suite struct DecimalNumberTests {
    private func number(_ literal: String) throws -> DecimalNumber {
        guard case .number(let number) = try JSON.parse(literal) else {
            throw JSONError(reason: .invalidNumber, offset: 0)
        }
        return DecimalNumber(number)
    }

    @Test(arguments: [
        ["0", "-0", "0.0", "0e5", "-0.000e-7"], ["1", "1.0", "10e-1", "0.1e1", "1E+0"], ["-120", "-1.2e2", "-1200e-1"],
        ["1e400", "10e399", "0.01e402"], ["0.001", "1e-3", "0.1e-2"],
        ["123456789012345678901234567890", "1.2345678901234567890123456789e29"],
    ])
    func `a number is the same however it is written`(_ literals: [String]) throws {
        let numbers = try literals.map(number)
        for one in numbers {
            #expect(one == numbers[0])
            #expect(one.canonicalText == numbers[0].canonicalText)
            #expect(!(one < numbers[0]) && !(numbers[0] < one))
        }
    }

    @Test func `numbers stand in their order`() throws {
        let sorted = [
            "-1e999999999999", "-1e400", "-120.5", "-120", "-1", "-0.5", "-1e-400", "0", "1e-400", "0.09", "0.1",
            "0.11", "1", "1.5", "9",
            "10", "99.99", "100", "123456789012345678901", "123456789012345678902", "1e400", "1e999999999999",
        ]
        let numbers = try sorted.map(number)
        for (position, left) in numbers.enumerated() {
            for (other, right) in numbers.enumerated() { #expect((left < right) == (position < other)) }
        }
    }

    @Test func `products are multiples, and what lies between them is not`() throws {
        for unit in ["3", "0.01", "0.7", "250", "999999999999999999", "1e-10", "7e20"] {
            let unit = try number(unit)
            for factor in [1, 2, 7, 1000, 123_456_789] as [UInt64] {
                let digits = try #require(unit.mantissa).multipliedFullWidth(by: factor)
                guard digits.high == 0 else { continue }
                #expect(try number("\(digits.low)e\(unit.exponent)").isMultiple(of: unit))
                #expect(try !number("\(digits.low)1e\(unit.exponent - 1)").isMultiple(of: unit))
            }
        }
    }
}

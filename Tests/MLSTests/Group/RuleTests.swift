import Testing

@testable import MLS

/// Every rule of the RFC that this library enforces: broken, it is named; kept, nothing is in the way.
struct RuleTests {
    private static let cases =
        RuleCase.aboutKeyPackages + RuleCase.aboutProposals + RuleCase.aboutFraming + RuleCase.aboutOutsiders
        + RuleCase.aboutTrees + RuleCase.aboutPaths + RuleCase.aboutWelcomes

    @Test(arguments: cases)
    func `a message that breaks one rule is refused by the name of that rule`(_ tried: RuleCase) throws {
        #expect(throws: Never.self, "\(tried.testDescription): refused although nothing was wrong") {
            try tried.attempt(false)
        }
        #expect(throws: MLSError.violates(tried.rule)) { try tried.attempt(true) }
    }

    @Test func `there is a case for every rule`() {
        #expect(Set(Self.cases.map(\.rule)) == Set(Rule.allCases))
    }

    @Test func `every rule has a section, a sentence and a stable name of its own`() {
        for rule in Rule.allCases {
            #expect(rule.section.allSatisfy { $0.isNumber || $0 == "." } && !rule.section.isEmpty)
            #expect(rule.sentence.hasSuffix("."))
            #expect(MLSError.violates(rule).description.contains("§\(rule.section)"))
        }
        #expect(Set(Rule.allCases.map(\.rawValue)).count == Rule.allCases.count)
    }
}

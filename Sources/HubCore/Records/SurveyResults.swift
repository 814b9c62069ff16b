/// How often what was answered, as a store counts it.
package struct SurveyTally: Sendable, Hashable {
    /// Complete ones and those that were only begun.
    package var completed = 0
    package var partial = 0
    /// How many complete responses answer a question, by its key.
    package var answered: [String: Int] = [:]
    /// By question and value; `1` and `0` for yes and no.
    package var counts: [String: [String: Int]] = [:]

    package init() {}
}

/// What one question brought, for people.
package struct QuestionResult: Sendable, Hashable {
    package struct Bar: Sendable, Hashable {
        package let label: String
        package let count: Int
        /// Of those who answered, in percent; those of several choices may sum to more than 100.
        package let percent: Int
    }

    package let question: SurveyQuestion
    package let answered: Int
    /// Empty for texts.
    package let bars: [Bar]
    /// In tenths, of ratings.
    package let averageTenths: Int?
    /// The share of 9 and 10 less that of 0 to 6: -100 to 100.
    package let netPromoterScore: Int?

    package init(_ question: SurveyQuestion, _ tally: SurveyTally) {
        let answered = tally.answered[question.key] ?? 0
        let counts = tally.counts[question.key] ?? [:]
        self.question = question
        self.answered = answered
        let values: [(value: String, label: String)] =
            switch question.kind {
            case .text: []
            case .yesNo: [("1", "Yes"), ("0", "No")]
            case .choice(let options), .choices(let options): options.map { ($0, $0) }
            case .rating, .nps: (question.kind.scale ?? 0...0).map { ("\($0)", "\($0)") }
            }
        bars = values.map { value, label in
            let count = counts[value] ?? 0
            return Bar(label: label, count: count, percent: Self.rounded(count * 100, over: answered))
        }
        averageTenths = question.kind.scale.flatMap { scale in
            answered == 0
                ? nil : Self.rounded(scale.reduce(0) { $0 + Int($1) * 10 * (counts["\($1)"] ?? 0) }, over: answered)
        }
        if question.kind == .nps, answered > 0 {
            let promoters = (9...10).reduce(0) { $0 + (counts["\($1)"] ?? 0) }
            let detractors = (0...6).reduce(0) { $0 + (counts["\($1)"] ?? 0) }
            netPromoterScore = Self.rounded((promoters - detractors) * 100, over: answered)
        } else {
            netPromoterScore = nil
        }
    }

    /// The nearest whole number; halves away from zero.
    private static func rounded(_ dividend: Int, over divisor: Int) -> Int {
        guard divisor > 0 else { return 0 }
        return (dividend.magnitude * 2 + divisor.magnitude).quotientAndRemainder(dividingBy: 2 * divisor.magnitude)
            .quotient.signed(dividend < 0)
    }
}

extension UInt {
    fileprivate func signed(_ isNegative: Bool) -> Int { isNegative ? -Int(self) : Int(self) }
}

import HubCore

extension SignatureDescription.Timestamp {
    /// The same rule with another tolerance in the directions it bounds, or in both where it bounds none.
    func tolerating(_ seconds: Int64?) -> Self {
        guard let seconds else { return self }
        var rule = self
        let boundsNone = pastSeconds == nil && futureSeconds == nil
        if boundsNone || pastSeconds != nil { rule.pastSeconds = seconds }
        if boundsNone || futureSeconds != nil { rule.futureSeconds = seconds }
        return rule
    }

    /// The UNIX time, in whole seconds, which the text says in the rule's unit.
    func seconds(of text: String) -> Int64? {
        switch unit {
        case .seconds: Self.wholeNumber(text)
        case .milliseconds: Self.wholeNumber(text).map { $0 / 1000 }
        case .rfc3339: Timestamp(rfc3339: text)?.seconds
        }
    }

    /// Digits only, and few enough that no sum of them overflows.
    private static func wholeNumber(_ text: String) -> Int64? {
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }

    /// Both bounds are inside the window.
    func check(_ seconds: Int64, nowSeconds: Int64) throws(Rejection) {
        let age = nowSeconds.subtractingReportingOverflow(seconds)
        guard !age.overflow else { throw .unreadableTimestamp }
        if let pastSeconds, age.partialValue > pastSeconds { throw .staleTimestamp(ageSeconds: age.partialValue) }
        if let futureSeconds, age.partialValue < 0, -age.partialValue > futureSeconds {
            throw .futureTimestamp(aheadSeconds: -age.partialValue)
        }
    }
}

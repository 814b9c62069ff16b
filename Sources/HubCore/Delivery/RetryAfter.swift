/// The header by which a receiver says when to come back (RFC 9110 §10.2.3).
package enum RetryAfter {
    /// - Parameters:
    ///   - value: seconds, or a date in one of the three forms of RFC 9110 §5.6.7.
    ///   - now: a date is counted from here; one that is past asks for no wait.
    /// - Returns: nil when it is neither. At most ``RetrySchedule/retryAfterLimit``.
    package static func wait(_ value: String, at now: Timestamp) -> Duration? {
        let value = value.drop { $0 == " " || $0 == "\t" }
        if let first = value.utf8.first, (0x30...0x39).contains(first) {
            guard value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            // More digits than a number holds is long enough.
            let seconds = Int64(value) ?? .max
            return .seconds(min(seconds, RetrySchedule.retryAfterLimit.components.seconds))
        }
        guard let date = HTTPDate.timestamp(value, at: now) else { return nil }
        return min(max(date - now, .zero), RetrySchedule.retryAfterLimit)
    }
}

/// Dates of HTTP (RFC 9110 §5.6.7).
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
    ///
    /// - Parameter now: tells the century of a year with two digits: no date is more than 50 years ahead.
    static func timestamp(_ text: some StringProtocol, at now: Timestamp) -> Timestamp? {
        let words = String(text).split(separator: " ").map(String.init)
        switch words.count {
        case 6 where words[0].hasSuffix(",") && words[5] == "GMT":
            return timestamp(day: words[1], month: words[2], year: year(words[3]), time: words[4])
        case 4 where words[0].hasSuffix(",") && words[3] == "GMT":
            let parts = words[1].split(separator: "-").map(String.init)
            guard parts.count == 3 else { return nil }
            return timestamp(day: parts[0], month: parts[1], year: year(parts[2], near: now), time: words[2])
        case 5:
            return timestamp(day: words[2], month: words[1], year: year(words[4]), time: words[3])
        default:
            return nil
        }
    }

    private static func timestamp(day: String, month: String, year: Int64?, time: String) -> Timestamp? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false).map {
            number(String($0), digits: 2...2)
        }
        guard let day = number(day, digits: 1...2), let month = months.firstIndex(of: month).map({ Int64($0 + 1) }),
            let year, clock.count == 3, let hour = clock[0], let minute = clock[1], let second = clock[2],
            (1...CivilDate.days(inMonth: month, of: year)).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        let dayNumber = CivilDate(year: year, month: month, day: day).dayNumber
        return Timestamp(seconds: dayNumber * 86400 + hour * 3600 + minute * 60 + second)
    }

    private static func year(_ text: String) -> Int64? {
        number(text, digits: 4...4)
    }

    private static func year(_ text: String, near now: Timestamp) -> Int64? {
        guard let short = number(text, digits: 2...2) else { return nil }
        let present = CivilDate(dayNumber: now.seconds.floorDivided(by: 86400)).year
        let year = present - present % 100 + short
        return year > present + 50 ? year - 100 : year
    }

    private static func number(_ text: String, digits: ClosedRange<Int>) -> Int64? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text)
    }
}

import HubCore

/// A moment on a page: UTC in the text, the reader's own zone once the module has run.
struct TimeView: Sendable {
    enum Style: String, Sendable {
        /// Time of day, with the day when it is not today.
        case moment
        case clock, day
        /// Day, time and zone.
        case full
    }

    let iso: String
    let full: String
    let style: String
    let text: String

    init(_ time: Timestamp, now: Timestamp, style: Style = .moment) {
        let date = CivilDate(dayNumber: Self.dayNumber(time))
        let clock = time.rfc3339.dropFirst(11)
        let day = "\(date.day) \(Self.months[Int(date.month) - 1])"
        iso = time.rfc3339
        full = "\(time.rfc3339.prefix(10)) \(clock.prefix(8)) UTC"
        self.style = style.rawValue
        text =
            switch style {
            case .clock: String(clock.prefix(5))
            case .day: day
            case .full: full
            case .moment:
                if Self.dayNumber(time) == Self.dayNumber(now) {
                    String(clock.prefix(8))
                } else {
                    Self.year(time) == Self.year(now) ? "\(day), \(clock.prefix(5))" : "\(day) \(date.year)"
                }
            }
    }

    /// `Friday, 20 November`: what stands between the messages of two days.
    static func dayName(_ time: Timestamp, now: Timestamp) -> String {
        let number = dayNumber(time)
        if number == dayNumber(now) { return "Today" }
        if number == dayNumber(now) - 1 { return "Yesterday" }
        let date = CivilDate(dayNumber: number)
        // 1970-01-01 was a Thursday.
        let weekday = weekdays[Int(((number % 7) + 7 + 4) % 7)]
        let year = year(time) == year(now) ? "" : " \(date.year)"
        return "\(weekday), \(date.day) \(months[Int(date.month) - 1])\(year)"
    }

    static func dayNumber(_ time: Timestamp) -> Int64 {
        let seconds = time.seconds
        return seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400
    }

    private static func year(_ time: Timestamp) -> Int64 { CivilDate(dayNumber: dayNumber(time)).year }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
}

/// Numbers as people read them.
enum Amount {
    /// `12,345`, with a thin blank: `12 345`.
    static func count(_ number: Int) -> String {
        var digits = Array(String(number.magnitude))
        var position = digits.count - 3
        while position > 0 {
            digits.insert("\u{2009}", at: position)
            position -= 3
        }
        return (number < 0 ? "−" : "") + String(digits)
    }

    /// `812 B`, `4.1 KiB`, `1.0 MiB`.
    static func bytes(_ number: Int64) -> String {
        if number < 1024 { return "\(number) B" }
        let (unit, size) = number < 1 << 20 ? ("KiB", Double(number) / 1024) : ("MiB", Double(number) / 1_048_576)
        let tenths = Int((size * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(unit)"
    }

    /// `1 event`, `2 events`.
    static func things(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(count(number)) \(number == 1 ? one : many ?? one + "s")"
    }

    /// `300 s`, `5 min`, `7 days`.
    static func span(seconds: Int64) -> String {
        switch seconds {
        case let days where days >= 86400 && days % 86400 == 0: things(Int(days / 86400), "day")
        case let hours where hours >= 3600 && hours % 3600 == 0: things(Int(hours / 3600), "hour")
        case let minutes where minutes >= 60 && minutes % 60 == 0: "\(minutes / 60) min"
        default: "\(seconds) s"
        }
    }
}

import HubCore

/// Retry schedules as people write them: `1s 5s 30s 5m 30m 2h`.
enum ScheduleText {
    enum Problem: Error, Equatable {
        case notAWait(String)
        case schedule(RetryScheduleError)
    }

    private static let units: [(name: String, milliseconds: Double)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("min", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// - Parameter text: waits with a unit (`ms`, `s`, `m`, `h`, `d`; seconds without one), apart by blanks or commas.
    static func schedule(_ text: String) throws(Problem) -> RetrySchedule {
        var seconds: [Double] = []
        for word in text.split(whereSeparator: { $0 == " " || $0 == "," || $0.isNewline || $0 == "\t" }) {
            let digits = word.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            let unit = word.dropFirst(digits.count)
            guard let number = Double(digits),
                let scale = unit.isEmpty ? 1000 : units.first(where: { $0.name == unit })?.milliseconds
            else { throw .notAWait(String(word.prefix(20))) }
            seconds.append(number * scale / 1000)
        }
        do throws(RetryScheduleError) {
            return try RetrySchedule(seconds: seconds)
        } catch {
            throw .schedule(error)
        }
    }

    static func text(_ schedule: RetrySchedule) -> String {
        schedule.waits.map { wait in
            let milliseconds = wait.milliseconds
            for (name, scale) in [("d", Int64(86_400_000)), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
            where milliseconds >= scale && milliseconds % scale == 0 {
                return "\(milliseconds / scale)\(name)"
            }
            if milliseconds == 0 { return "0s" }
            return milliseconds % 100 == 0
                ? "\(Amount.decimal(Double(milliseconds) / 1000, places: 1))s" : "\(milliseconds)ms"
        }.joined(separator: " ")
    }
}

extension ScheduleText.Problem: CustomStringConvertible {
    var description: String {
        switch self {
        case .notAWait(let word): "“\(word)” is no wait; write 30s, 5m or 2h"
        case .schedule(let error): "\(error)"
        }
    }
}

extension RetrySchedule {
    /// When each attempt would be if all fail at once, from the first; without jitter.
    var offsets: [Duration] {
        waits.reduce(into: [.zero]) { offsets, wait in offsets.append((offsets.last ?? .zero) + wait) }
    }
}

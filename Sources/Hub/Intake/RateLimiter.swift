import HubCore
import Synchronization

/// A token bucket for each source: a minute's worth at once, filled evenly.
final class RateLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var at: Timestamp
    }

    private let buckets = Mutex<[ID<Source>: Bucket]>([:])

    /// - Returns: nil when the request may pass, else after how many seconds one may.
    func take(_ source: ID<Source>, perMinute: Int, at now: Timestamp) -> Int? {
        let rate = Double(max(perMinute, 1)) / 60_000
        return buckets.withLock { buckets in
            var bucket = buckets[source] ?? Bucket(tokens: Double(perMinute), at: now)
            let elapsed = Double(max(0, now.milliseconds - bucket.at.milliseconds))
            bucket.tokens = min(Double(perMinute), bucket.tokens + elapsed * rate)
            bucket.at = now
            defer { buckets[source] = bucket }
            guard bucket.tokens >= 1 else { return max(1, Int(((1 - bucket.tokens) / rate / 1000).rounded(.up))) }
            bucket.tokens -= 1
            return nil
        }
    }
}

/// Says once in five minutes that the owner of something may be told of its troubles.
final class NoticeLimiter: Sendable {
    private static let pause = Duration.seconds(300)
    private let lastNotices = Mutex<[ID<Source>: Timestamp]>([:])

    func mayNotify(_ source: ID<Source>, at now: Timestamp) -> Bool {
        lastNotices.withLock { notices in notices[source].map { now - $0 >= Self.pause } ?? true }
    }

    func noticed(_ source: ID<Source>, at now: Timestamp) {
        lastNotices.withLock { $0[source] = now }
    }
}

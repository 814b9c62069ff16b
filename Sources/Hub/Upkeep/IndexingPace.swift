import HubCore

/// Whether the writer has time for the search indexes, which nobody waits for.
///
/// Entering an event into them costs nearly as much as storing it. In a rush of webhooks that is put off; a rush that
/// does not end gets pieces between, so that search falls behind no further than it must.
struct IndexingPace {
    enum Turn: Equatable {
        /// Not now.
        case wait
        /// One piece, then a long pause.
        case sparingly
        case go
    }

    /// Commits' jobs a second from which on there is a rush.
    static let rush: Int64 = 500
    /// How long a rush may keep the indexes waiting.
    static let patience = Duration.seconds(10)

    private var last: (at: Timestamp, jobs: Int64)?
    private var rushSince: Timestamp?

    /// - Parameter jobs: how many the writer has committed so far.
    mutating func turn(at now: Timestamp, committedJobs jobs: Int64) -> Turn {
        defer { last = (now, jobs) }
        guard let last, now > last.at,
            (jobs - last.jobs) * 1000 > Self.rush * (now.milliseconds - last.at.milliseconds)
        else {
            rushSince = nil
            return .go
        }
        let since = rushSince ?? now
        rushSince = since
        return now < since + Self.patience ? .wait : .sparingly
    }
}

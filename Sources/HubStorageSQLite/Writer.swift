import Foundation
import GRDB
import HubStorage
import Synchronization

/// The one thread that writes: takes all that waits, commits it in one transaction, then answers.
///
/// While one group is made durable the next one gathers. A commit costs nearly the same for one job as for fifty; so a
/// group that is due waits, not long, for jobs that are known to be on their way, and until it is half of those that
/// are about: else those who were just answered come back in ever smaller groups. A job that fails is found by running
/// the group's jobs singly, so that it fails alone.
final class Writer: Sendable {
    private struct State {
        var waiting: [any Job] = []
        /// How many jobs have been announced and have not come.
        var announced = 0
        /// Whether the thread sleeps until something comes.
        var isAsleep = false
        /// Whether the thread sleeps until the next group is complete.
        var isGathering = false
        /// How many jobs the last group had; 0 when nothing was to be done since.
        var lastGroup = 0
        /// How many jobs the next group waits for.
        var wanted = 0

        var isComplete: Bool { announced == 0 && waiting.count >= wanted }

        /// Whether the thread must be woken since the next group is complete.
        mutating func endsGathering() -> Bool {
            guard isGathering, isComplete else { return false }
            isGathering = false
            return true
        }
        var isClosed = false
        var isOver = false
        var closers: [CheckedContinuation<Void, Never>] = []
        var trouble: String?
        var commits: Int64 = 0
        var jobs: Int64 = 0
    }

    /// How many jobs may wait before more are refused.
    static let waitingLimit = 20_000
    /// How many jobs one transaction takes.
    static let groupLimit = 500

    /// How long a group waits for more jobs.
    private static let gatheringTime = DispatchTimeInterval.milliseconds(2)

    /// How often commits of other processes are looked for when there is nothing to do.
    private static let pollInterval = DispatchTimeInterval.milliseconds(1000)

    private let pool: DatabasePool
    private let checkpointer: Checkpointer
    private let recentClaims: RecentClaims
    private let logKinds: LogKinds
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    private let committed: @Sendable (_ isOthers: Bool) -> Void

    init(
        pool: DatabasePool, checkpointer: Checkpointer, recentClaims: RecentClaims, logKinds: LogKinds,
        committed: @escaping @Sendable (_ isOthers: Bool) -> Void
    ) {
        self.pool = pool
        self.checkpointer = checkpointer
        self.recentClaims = recentClaims
        self.logKinds = logKinds
        self.committed = committed
        let thread = Thread { [self] in run() }
        thread.name = "martlet.writer"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Says that a job is on its way.
    func announce() -> Announcement {
        state.withLock { $0.announced += 1 }
        return Announcement { [self] in
            let isLast = state.withLock { state in
                state.announced -= 1
                return state.endsGathering()
            }
            if isLast { wake.signal() }
        }
    }

    /// Runs `work` in the next transaction and returns after it is durable.
    func perform<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            submit(nil, work) { continuation.resume(with: $0) }
        }
    }

    /// Runs `work` in the next transaction.
    ///
    /// - Parameter finish: called once with what it returned, after that is durable, or with the reason why it is not;
    ///   on the writing thread, which must not be held up, or at once where nothing more is taken.
    func submit<Value: Sendable>(
        _ announcement: Announcement?, _ work: @escaping @Sendable (Database) throws -> Value,
        then finish: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        let job = PendingJob(work, finish)
        let (refusal, isAwaited) = state.withLock { state -> (StoreError?, Bool) in
            if state.isClosed { return (.cancelled, false) }
            if state.waiting.count >= Self.waitingLimit { return (.overloaded, false) }
            state.waiting.append(job)
            defer { state.isAsleep = false }
            return (nil, state.isAsleep || state.endsGathering())
        }
        if let refusal { job.finish(refusal) }
        if isAwaited { wake.signal() }
        announcement?.end()
    }

    var trouble: String? { state.withLock { $0.trouble } }

    var counts: (commits: Int64, jobs: Int64) { state.withLock { ($0.commits, $0.jobs) } }

    var waitingJobs: Int { state.withLock { $0.waiting.count } }

    /// Refuses new jobs, and returns when those that wait are done.
    func close() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isOver = state.withLock { state in
                state.isClosed = true
                if !state.isOver { state.closers.append(continuation) }
                return state.isOver
            }
            if isOver { continuation.resume() } else { wake.signal() }
        }
    }

    // MARK: On the thread

    private func run() {
        var seenVersion = 0
        while true {
            let (isIdle, isOver) = state.withLock { state in
                state.isAsleep = state.waiting.isEmpty && state.lastGroup == 0 && !state.isClosed
                return (state.isAsleep, state.isClosed && state.waiting.isEmpty)
            }
            if isOver { return end() }
            if isIdle, wake.wait(timeout: .now() + Self.pollInterval) == .timedOut {
                noticeOthers(&seenVersion)
                continue
            }
            gather()
            let group = state.withLock { state in
                let group = Array(state.waiting.prefix(Self.groupLimit))
                state.waiting.removeFirst(group.count)
                state.lastGroup = group.count
                return group
            }
            if !group.isEmpty { commit(group) }
            if checkpointer.isDue { pool.writeWithoutTransaction { checkpointer.advance($0) } }
        }
    }

    /// Waits for company.
    private func gather() {
        let mayGain = state.withLock { state in
            state.isAsleep = false
            // Half of those who were answered last or wait now: the others are judged while these are made durable.
            state.wanted = (state.lastGroup + state.waiting.count) / 2
            state.isGathering = !state.isComplete && state.waiting.count < Self.groupLimit && !state.isClosed
            return state.isGathering
        }
        guard mayGain else { return }
        // A signal that comes late only makes the thread look once more.
        _ = wake.wait(timeout: .now() + Self.gatheringTime)
        state.withLock { $0.isGathering = false }
    }

    private func end() {
        let closers = state.withLock { state in
            state.isOver = true
            defer { state.closers = [] }
            return state.closers
        }
        closers.forEach { $0.resume() }
    }

    /// `data_version` changes when another connection, perhaps of another process, has committed.
    private func noticeOthers(_ seenVersion: inout Int) {
        let version = try? pool.writeWithoutTransaction { try $0.first("PRAGMA data_version") { Int($0.int(0)) } }
        guard let version = version ?? nil, version != seenVersion else { return }
        // The first look counts as news too: what others committed since the file was opened must not be missed.
        seenVersion = version
        committed(true)
    }

    private func commit(_ group: [any Job]) {
        do {
            try transaction(group)
            group.forEach { $0.finish(nil) }
        } catch {
            // When the disk is the trouble, trying one by one would only multiply it.
            if group.count == 1 || Self.isDiskTrouble(error) {
                group.forEach { $0.finish(error) }
            } else {
                group.forEach { commit([$0]) }
            }
        }
    }

    private func transaction(_ group: [any Job]) throws {
        let isNews: Bool
        do {
            isNews = try pool.writeWithoutTransaction { db in
                let changes = db.totalChangesCount
                try db.transaction {
                    try recentClaims.begin(db)
                    logKinds.begin()
                    for job in group { try job.run(db) }
                }
                recentClaims.committed()
                logKinds.committed()
                return db.totalChangesCount != changes
            }
        } catch {
            if Self.isDiskTrouble(error) {
                let word = (error as? DatabaseError).map { $0.message ?? $0.resultCode.description } ?? "\(error)"
                state.withLock { $0.trouble = word }
            }
            throw error
        }
        state.withLock { state in
            state.trouble = nil
            state.commits += 1
            state.jobs += Int64(group.count)
        }
        if isNews { committed(false) }
    }

    static func isDiskTrouble(_ error: any Error) -> Bool {
        switch (error as? DatabaseError)?.resultCode.primaryResultCode {
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_BUSY, .SQLITE_LOCKED,
            .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_NOMEM:
            true
        default: false
        }
    }
}

/// One unit of work; must have no effect outside the database, since it may run twice.
private protocol Job: AnyObject, Sendable {
    func run(_ db: Database) throws
    /// Called once: after the commit, or with the reason why there was none.
    func finish(_ failure: (any Error)?)
}

private final class PendingJob<Value: Sendable>: Job {
    private let work: @Sendable (Database) throws -> Value
    private let completion: @Sendable (Result<Value, any Error>) -> Void
    private let value = Mutex<Value?>(nil)

    init(
        _ work: @escaping @Sendable (Database) throws -> Value,
        _ completion: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) {
        (self.work, self.completion) = (work, completion)
    }

    func run(_ db: Database) throws {
        let made = try work(db)
        value.withLock { $0 = made }
    }

    func finish(_ failure: (any Error)?) {
        if let failure { return completion(.failure(failure)) }
        guard let value = self.value.withLock({ $0 }) else {
            preconditionFailure("a job that finished without an error has left its value")
        }
        completion(.success(value))
    }
}

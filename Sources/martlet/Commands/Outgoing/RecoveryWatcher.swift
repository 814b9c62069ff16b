import Foundation
import Hub
import HubCore
import HubStorage
import UnixSignals

/// Looks how far the hub has come with a recovery, and ends it when the person at the terminal wants that.
struct RecoveryWatcher: Sendable {
    let store: any Store
    let hub: Hub
    let recovery: Recovery

    /// After how long without a sign no hub is taken to be running; one looks every second for what others did.
    private static let patience = Duration.seconds(4)
    private static let step = Duration.milliseconds(200)

    init(session: Session, recovery: Recovery) {
        (store, hub, self.recovery) = (session.hub.store, session.hub, recovery)
    }

    private enum Input: Sendable {
        case look
        case interrupt
        case answer(String)
    }

    private var current: Recovery {
        get async throws {
            guard let found = try await store.recovery(recovery.id, in: recovery.selection.workspace) else {
                throw CommandError("The recovery \(recovery.id) is gone.")
            }
            return found
        }
    }

    /// Returns when a hub has taken it up, or none seems to run.
    func waitForBeginning() async throws -> Recovery {
        let end = ContinuousClock.now + Self.patience
        while true {
            let current = try await current
            if current.hasMoved(since: recovery) || ContinuousClock.now >= end { return current }
            try await hub.clock.sleep(Self.step)
        }
    }

    /// Shows its progress until it is over, or no hub seems to run.
    func watch() async throws -> Recovery {
        let (inputs, sender) = AsyncStream.makeStream(of: Input.self)
        let signals = await UnixSignalsSequence(trapping: .sigint)
        let clock = hub.clock
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in signals { sender.yield(.interrupt) } }
            group.addTask {
                while true {
                    try await clock.sleep(Self.step)
                    sender.yield(.look)
                }
            }
            defer { group.cancelAll() }
            return try await follow(inputs, sender)
        }
    }

    private func follow(
        _ inputs: AsyncStream<Input>, _ sender: AsyncStream<Input>.Continuation
    ) async throws -> Recovery {
        let bar = ProgressBar(title: "Recovering")
        let end = ContinuousClock.now + Self.patience
        var ending = RecoveryEnding(canAsk: Terminal.canAsk)
        for await input in inputs {
            let action: RecoveryEnding.Action
            switch input {
            case .look:
                let current = try await current
                if !ending.isAsking { bar.show(Double(current.done) / Double(max(current.total, 1))) }
                let isAbandoned = !current.hasMoved(since: recovery) && ContinuousClock.now >= end
                if current.state != .running || isAbandoned && !ending.isAsking {
                    bar.finish()
                    return current
                }
                continue
            case .interrupt: action = ending.interrupted()
            case .answer(let text): action = ending.answered(text)
            }
            switch action {
            case .nothing: break
            case .ask:
                bar.finish()
                Terminal.prompt("End the recovery? What was let go stays on its way. [y/N] ")
                // A thread of its own: it waits until somebody types.
                Thread.detachNewThread { sender.yield(.answer(readLine() ?? "")) }
            case .end:
                bar.finish()
                return try await hub.cancel(
                    recovery: recovery.id, in: recovery.selection.workspace, by: Session.actor)
            }
        }
        return try await current
    }
}

/// What Ctrl-C does to a recovery: the first asks, the second ends it. Pure.
struct RecoveryEnding {
    enum Action: Equatable {
        case nothing, ask, end
    }

    /// Whether somebody is there to answer.
    let canAsk: Bool
    private(set) var isAsking = false

    init(canAsk: Bool) { self.canAsk = canAsk }

    mutating func interrupted() -> Action {
        guard canAsk, !isAsking else { return .end }
        isAsking = true
        return .ask
    }

    mutating func answered(_ text: String) -> Action {
        guard isAsking else { return .nothing }
        isAsking = false
        return Terminal.isYes(text) ? .end : .nothing
    }
}

import ArgumentParser
import Foundation
import Hub
import HubCore
import HubHTTP
import HubStorage

struct RecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover", abstract: "Send failed deliveries again, many at once.",
        discussion: """
            Counts first and asks; elsewhere than on a terminal --yes stands for the answer. On a terminal it stays and \
            shows how far the hub has come; Ctrl-C asks whether to end the recovery, a second Ctrl-C ends it. What was \
            let go stays on its way. Without a running hub the deliveries go out when it runs.
            """)

    @Option(help: "Id or name of an endpoint; all unless given.") var endpoint: String?
    @Option(help: ArgumentHelp("Made since when: RFC 3339, or 90s, 15m, 2h, 7d ago.", valueName: "time"))
    var since: Moment?
    @Option(help: ArgumentHelp("Made until when.", valueName: "time")) var until: Moment?
    @Option(help: "A type, or a glob over types.") var type: String?
    @Option(help: ArgumentHelp("Code of the last attempt's failure (docs/errors.md).", valueName: "code"))
    var error: AttemptFailure?
    @Option(
        name: .customLong("state"),
        help: "exhausted, discarded, succeeded or held. Repeatable; exhausted unless given.")
    var states: [DeliveryState] = []
    @Option(help: "Deliveries a second; as fast as endpoints take them unless given.") var rate: Int?
    @Flag(help: "Do not ask.") var yes = false
    @Flag(help: "Only count.") var preview = false
    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
        if let rate, !Hub.recoveryRates.contains(rate) { throw ValidationError("--rate must be 1 to 10000") }
        let recoverable: Set<DeliveryState> = [.exhausted, .discarded, .succeeded, .held]
        guard recoverable.isSuperset(of: states) else {
            throw ValidationError("--state must be exhausted, discarded, succeeded or held")
        }
    }

    func run() async throws {
        try await options.run { session in
            let selection = try await selection(session)
            let total = try await session.hub.count(selection)
            if preview || total == 0 {
                return session.show(
                    Recovery.preview(total: total, ratePerSecond: rate, endpoint: selection.endpoint),
                    "\(Self.count(total)) would be sent again.")
            }
            try confirm(total)
            let begun = try await session.hub.recover(selection, ratePerSecond: rate, by: Session.actor)
            let watcher = RecoveryWatcher(session: session, recovery: begun)
            let recovery = Output.isTerminal ? try await watcher.watch() : try await watcher.waitForBeginning()
            session.show(recovery.document, Self.words(recovery, begun))
        }
    }

    private func selection(_ session: Session) async throws -> DeliverySelection {
        var selection = DeliverySelection(
            workspace: session.workspace, states: states.isEmpty ? [.exhausted] : Set(states))
        if let endpoint { selection.endpoint = try await session.endpoint(endpoint).id }
        selection.type = type
        selection.failure = error
        let now = session.hub.clock.now()
        selection.since = since?.timestamp(at: now)
        selection.until = until?.timestamp(at: now)
        return selection
    }

    private func confirm(_ total: Int) throws {
        guard !yes else { return }
        guard Terminal.canAsk else {
            throw CommandError("\(Self.count(total)) would be sent again. Say --yes to do it.")
        }
        Terminal.prompt("\(Self.count(total)) will be sent again. Go on? [y/N] ")
        guard Terminal.isYes(readLine() ?? "") else { throw CommandError("Nothing was sent.") }
    }

    // MARK: Words

    static func count(_ count: Int) -> String {
        switch count {
        case 0: "No delivery"
        case 1: "One delivery"
        case Recovery.countLimit...: "\(Recovery.countLimit) deliveries or more"
        default: "\(count) deliveries"
        }
    }

    /// - Parameter begun: as it was before any hub had looked at it.
    static func words(_ recovery: Recovery, _ begun: Recovery) -> String {
        switch recovery.state {
        case .finished: "\(count(recovery.done)) went on their way again."
        case .cancelled: "Ended. \(count(recovery.done)) of \(recovery.total) went on their way before."
        case .running where recovery.hasMoved(since: begun):
            "\(count(recovery.done)) of \(recovery.total) are on their way so far; the hub goes on with \(recovery.id)."
        case .running:
            "No running hub has taken it up yet: the deliveries go out when the hub runs (\(recovery.id))."
        }
    }
}

extension Recovery {
    /// Whether a hub is at work on it.
    func hasMoved(since begun: Recovery) -> Bool {
        (done, cursor, state) != (begun.done, begun.cursor, begun.state)
    }
}

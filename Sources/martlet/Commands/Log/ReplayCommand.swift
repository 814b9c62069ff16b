import ArgumentParser
import Hub
import HubCore
import HubStorage

struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Read requests again as if they came now.",
        discussion: """
            Give ids, or filters with --all to replay what they find, oldest first. --dry-run only counts. \
            Exit code 1 when one could not be replayed.
            """)

    @Argument(help: "Ids of requests.") var ids: [String] = []
    @Flag(help: "Replay all that the filters find.") var all = false
    @Flag(help: "Only say how many.") var dryRun = false
    @OptionGroup var filter: LogOptions
    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
        guard all == ids.isEmpty else { throw ValidationError("Give either ids or --all with filters.") }
    }

    func run() async throws {
        for id in ids where ID<Request>(id) == nil { throw CommandError("There is no request \"\(id)\".") }
        try await options.run { session in
            if dryRun {
                let count =
                    all
                    ? try await session.hub.countReplayable(
                        try await filter.requestQuery(session), in: session.workspace)
                    : ids.count
                return session.show(["count": JSON(count), "dry_run": true], "\(Self.count(count)) would be replayed.")
            }
            let report = all ? try await replayAll(session) : await replay(ids.compactMap { ID($0) }, session)
            session.show(
                [
                    "count": JSON(report.replayed.count), "dry_run": false,
                    "data": .array(
                        report.replayed.map { ["id": .string("\($0.replay)"), "replay_of": .string("\($0.original)")] }),
                    "failed": .array(
                        report.failed.map { ["id": .string("\($0.original)"), "error": .string($0.error.code)] }),
                ], Self.words(report))
            if !report.failed.isEmpty { throw ExitCode(1) }
        }
    }

    private func replayAll(_ session: Session) async throws -> ReplayReport {
        let query = try await filter.requestQuery(session)
        let total = try await session.hub.countReplayable(query, in: session.workspace)
        let bar = ProgressBar(title: "Replaying")
        var report = ReplayReport()
        var cursor: Int64? = 0
        while let position = cursor {
            let done = report.replayed.count + report.failed.count
            let page = try await session.hub.replayable(query, in: session.workspace, after: position, limit: 200)
            let piece = await session.hub.replay(page.elements, in: session.workspace, by: Session.actor) {
                bar.show(Double(done + $0) / Double(max(total, 1)))
            }
            report.replayed += piece.replayed
            report.failed += piece.failed
            cursor = page.next
        }
        bar.finish()
        return report
    }

    private func replay(_ ids: [ID<Request>], _ session: Session) async -> ReplayReport {
        await session.hub.replay(ids, in: session.workspace, by: Session.actor)
    }

    private static func words(_ report: ReplayReport) -> String {
        let failed = report.failed.map { "✗ \($0.original): \($0.error.code)" }
        let count = report.replayed.count
        return (["\(Self.count(count)) \(count == 1 ? "was" : "were") replayed."] + failed).joined(separator: "\n")
    }

    static func count(_ count: Int) -> String { count == 1 ? "1 request" : "\(count) requests" }
}

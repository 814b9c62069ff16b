import ArgumentParser
import Hub
import HubCore
import HubHTTP
import HubStorage

struct RequestsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests", abstract: "What was received, newest first; --follow waits for more.")

    @OptionGroup var filter: LogOptions
    @Flag(help: "Those that were turned away, and why.") var refused = false
    @Flag(help: "With --refused: those whose URL names no source.") var unknown = false
    @OptionGroup var paging: FollowOptions
    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
        if refused, filter.status != nil || filter.query != nil || filter.since != nil || filter.until != nil {
            throw ValidationError("--refused goes only with --source and --unknown")
        }
        if unknown, !refused { throw ValidationError("--unknown goes with --refused") }
    }

    func run() async throws {
        try await options.run { session in
            if refused { return try await refusals(session) }
            let query = try await filter.requestQuery(session)
            try await LogPrinter<RequestSummary>(
                columns: ["received", "source", "status", "type", "id"], widths: [20, 20, 10, 32],
                row: Self.row, document: { $0.document(in: $1) }, seq: \.seq,
                read: { try await session.hub.store.requests(of: session.workspace, query, $0) }
            ).run(session, paging)
        }
    }

    private static func row(_ summary: RequestSummary, _ configuration: WorkspaceConfiguration) -> [String] {
        let request = summary.request
        let again = summary.duplicates > 0 ? "  (and \(summary.duplicates) times again)" : ""
        return [
            request.receivedAt.short, request.source.flatMap(configuration.source)?.name ?? request.door.rawValue,
            summary.firstEvent?.outcome.name ?? "", summary.firstEvent?.type ?? "", "\(request.id)\(again)",
        ]
    }

    private func refusals(_ session: Session) async throws {
        let source = try await filter.sourceID(session)
        let workspace = unknown ? nil : session.workspace
        try await LogPrinter<Refusal>(
            columns: ["received", "source", "code", "detail", "path"], widths: [20, 20, 24, 50],
            row: { refusal, configuration in
                [
                    refusal.at.short, refusal.source.flatMap(configuration.source)?.name ?? "",
                    "\(refusal.status) \(refusal.code)", refusal.detail, refusal.path,
                ]
            }, document: { $0.document(in: $1) }, seq: \.seq,
            read: { try await session.hub.store.refusals(of: workspace, source: source, $0) }
        ).run(session, paging)
    }
}

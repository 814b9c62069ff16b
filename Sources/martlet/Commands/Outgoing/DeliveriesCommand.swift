import ArgumentParser
import Hub
import HubCore
import HubHTTP
import HubStorage

struct DeliveriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries", abstract: "What went out, is on its way or failed.",
        subcommands: [List.self, Show.self, Retry.self, Discard.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deliveries, newest first; --follow tells each step that one of them takes.")

        @Flag(help: "Those whose schedule is used up: --state exhausted.") var failed = false
        @Option(help: "pending, leased, held, succeeded, exhausted or discarded.") var state: DeliveryState?
        @Option(help: "Id or name of an endpoint.") var endpoint: String?
        @Option(help: "Id of an event.") var event: String?
        @Option(help: "A type, or a glob over types.") var type: String?
        @Option(help: ArgumentHelp("Code of the newest attempt's failure (docs/errors.md).", valueName: "code"))
        var error: AttemptFailure?
        @Option(help: ArgumentHelp("Made since when: RFC 3339, or 90s, 15m, 2h, 7d ago.", valueName: "time"))
        var since: Moment?
        @Option(help: ArgumentHelp("Made until when.", valueName: "time")) var until: Moment?
        @OptionGroup var paging: FollowOptions
        @OptionGroup var options: WorkspaceOptions

        func validate() throws {
            guard !failed || state == nil else { throw ValidationError("Give either --failed or --state.") }
            guard event == nil || event.flatMap({ ID<Event>($0) }) != nil else {
                throw ValidationError("\"\(event ?? "")\" is no id of an event.")
            }
        }

        func run() async throws {
            try await options.run { session in
                let query = try await query(session)
                guard paging.follow else {
                    let page = try await session.hub.store.deliveries(
                        of: session.workspace, query, PageRequest(limit: paging.limit))
                    let configuration = try await session.configuration()
                    return session.show(
                        page.elements.map { $0.document(in: configuration) },
                        Table(
                            columns: DeliveryWords.columns,
                            rows: page.elements.map { DeliveryWords.row($0, configuration) }))
                }
                try await DeliveryFollower(session: session, query: query).run(last: paging.limit)
            }
        }

        private func query(_ session: Session) async throws -> DeliveryQuery {
            var query = DeliveryQuery()
            query.state = failed ? .exhausted : state
            if let endpoint { query.endpoint = try await session.endpoint(endpoint).id }
            query.event = event.flatMap { ID($0) }
            query.type = type
            query.failure = error
            let now = session.hub.clock.now()
            query.since = since?.timestamp(at: now)
            query.until = until?.timestamp(at: now)
            return query
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a delivery and each of its attempts.")

        @Argument(help: "Its id.") var delivery: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let story = try await session.story(of: delivery)
                let configuration = try await session.configuration()
                session.show(
                    story.document(of: session.hub, in: configuration),
                    DeliveryWords.story(story, of: session.hub, configuration))
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a delivery enter its schedule anew, now.")

        @Argument(help: "Its id.") var delivery: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let id = try await session.story(of: delivery).summary.delivery.id
                do throws(SetupError) {
                    try await session.hub.retry(delivery: id, in: session.workspace, by: Session.actor)
                } catch .conflict {
                    throw CommandError("It is under way, or what it says is not kept any more.")
                }
                let story = try await session.story(of: delivery)
                session.show(
                    story.document(of: session.hub, in: try await session.configuration()), "\(id) goes out again.")
            }
        }
    }

    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give a delivery up that is not finished.")

        @Argument(help: "Its id.") var delivery: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                var selection = DeliverySelection(workspace: session.workspace, states: [.pending])
                selection.delivery = try await session.story(of: delivery).summary.delivery.id
                guard try await session.hub.discard(selection) == 1 else {
                    throw CommandError("It is under way, or over already.")
                }
                let story = try await session.story(of: delivery)
                session.show(
                    story.document(of: session.hub, in: try await session.configuration()),
                    "\(story.summary.delivery.id) is given up.")
            }
        }
    }
}

extension Session {
    fileprivate func story(of delivery: String) async throws -> DeliveryStory {
        guard let id = ID<Delivery>(delivery), let story = try await hub.store.story(of: id, in: workspace) else {
            throw CommandError("There is no delivery \"\(delivery)\" in the workspace \(workspace).")
        }
        return story
    }
}

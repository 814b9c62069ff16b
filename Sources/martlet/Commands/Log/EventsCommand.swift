import ArgumentParser
import Hub
import HubCore
import HubHTTP
import HubStorage

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "What happened, and publishing events of your own.",
        subcommands: [List.self, Show.self, Publish.self, Resend.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What happened, newest first; --follow waits for more.")

        @OptionGroup var filter: LogOptions
        @Option(help: "A type, or a glob over types.") var type: String?
        @Option(help: "received, published or internal.") var origin: Event.Origin?
        @OptionGroup var paging: FollowOptions
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                var query = try await filter.eventQuery(session)
                query.type = type
                query.origin = origin
                try await LogPrinter<EventSummary>(
                    columns: ["created", "origin", "source", "type", "status", "id"], widths: [20, 10, 20, 32, 10],
                    row: { summary, configuration in
                        let event = summary.event
                        return [
                            event.createdAt.short, event.origin.rawValue,
                            event.source.flatMap(configuration.source)?.name ?? "", event.type, event.outcome.name,
                            "\(event.id)",
                        ]
                    }, document: { $0.event.document(in: $1) }, seq: \.seq,
                    read: { [query] in try await session.hub.store.events(of: session.workspace, query, $0) }
                ).run(session, paging)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show an event, what it says and what it led to.")

        @Argument(help: "Its id.") var event: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let store = session.hub.store
                guard let id = ID<Event>(event), let summary = try await store.event(id, in: session.workspace) else {
                    throw CommandError("There is no event \"\(event)\" in the workspace \(session.workspace).")
                }
                var query = MessageQuery()
                query.event = id
                let messages = try await store.messages(
                    of: session.workspace, query, PageRequest(.after(0), limit: 500))
                let document = summary.story(
                    try await store.content(of: id, in: session.workspace), messages.elements,
                    in: try await session.configuration())
                session.show(document, document.prettyText)
            }
        }
    }

    struct Publish: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Publish an event; everyone who subscribes to its type gets it.",
            discussion: "It is durable when this returns. A running hub sends it within a second or two.")

        @Argument(help: "Its type: letters, digits, '_' and '-' in parts joined by '.'.") var type: String
        @Option(
            help: ArgumentHelp("What it says, in JSON: the text, @file or - for standard input.", valueName: "json"))
        var data: String?
        @Option(
            help: ArgumentHelp(
                "Instead of --data: a file (- for standard input) that receivers get byte for byte.",
                valueName: "file"))
        var body: String?
        @Option(help: ArgumentHelp("Of --body; application/octet-stream unless given.", valueName: "type"))
        var contentType: String?
        @Option(help: ArgumentHelp("Id or reference of the customer that it is about.", valueName: "customer"))
        var customer: String?
        @Option(help: "Your own id of it; published once in seven days.") var id: String?
        @Option(help: ArgumentHelp("The same for retries.", valueName: "key")) var idempotencyKey: String?
        @Option(
            name: .customLong("channel"),
            help: ArgumentHelp("For endpoints that ask for channels. Repeatable.", valueName: "channel"))
        var channels: [String] = []
        @Option(
            help: ArgumentHelp("For filters only, in JSON or @file; receivers do not get it.", valueName: "json"))
        var metadata: String?
        @OptionGroup var options: WorkspaceOptions

        func validate() throws {
            guard data == nil || body == nil else { throw ValidationError("Give either --data or --body.") }
            guard contentType == nil || body != nil else { throw ValidationError("--content-type goes with --body.") }
        }

        func run() async throws {
            let new = try NewEvent(document: try document())
            try await options.run { session in
                let (event, isDuplicate) = try await session.hub.publish(new, in: session.workspace)
                session.show(
                    new.document(as: event, isDuplicate: isDuplicate),
                    isDuplicate ? "It had been published before, as \(event)." : "Published \(event).")
            }
        }

        /// As the API takes it.
        func document() throws -> JSON {
            var object = JSON.Object([("type", .string(type))])
            if let body {
                object["body_base64"] = .string(Base64.encode(try GivenText.bytes(ofFile: body)))
                object["content_type"] = contentType.map(JSON.string)
            } else {
                object["data"] = try data.map { try GivenText.json($0, of: "--data") } ?? [:]
            }
            object["id"] = id.map(JSON.string)
            object["idempotency_key"] = idempotencyKey.map(JSON.string)
            object["customer"] = customer.map(JSON.string)
            if !channels.isEmpty { object["channels"] = .array(channels.map(JSON.string)) }
            object["metadata"] = try metadata.map { try GivenText.json($0, of: "--metadata") }
            return .object(object)
        }
    }

    struct Resend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Deliver a published event anew to every endpoint that wants it now.")

        @Argument(help: "Its id.") var event: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                guard let id = ID<Event>(event) else { throw CommandError("\"\(event)\" is no id of an event.") }
                try await session.hub.resend(event: id, in: session.workspace, by: Session.actor)
                session.show(["id": .string("\(id)")], "\(id) goes out again.")
            }
        }
    }
}

import ArgumentParser
import Hub
import HubCore
import HubHTTP
import HubStorage

struct EndpointCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "endpoint", abstract: "Where webhooks go out to.",
        subcommands: [
            List.self, Show.self, Create.self, Update.self, RotateSecret.self, Enable.self, Disable.self, Pause.self,
            Resume.self, Test.self, Delete.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List endpoints and how they do.")

        @Option(help: ArgumentHelp("Only those of this customer, by id or reference.", valueName: "customer"))
        var customer: String?
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let health = try await session.hub.store.endpointHealth()
                let customers = try await session.hub.store.customers(of: session.workspace)
                var endpoints = try await session.configuration().endpoints
                if let customer {
                    let wanted = customers.first { $0.reference == customer || "\($0.id)" == customer }?.id
                    endpoints = endpoints.filter { wanted != nil && $0.customer == wanted }
                }
                let rows = endpoints.map { endpoint in
                    let status = EndpointStatus(endpoint, health[endpoint.id])
                    let customer = customers.first { $0.id == endpoint.customer }
                    return [
                        "\(endpoint.id)", endpoint.name, endpoint.origin,
                        endpoint.subscription.events.map(\.pattern).joined(separator: " "),
                        customer?.reference ?? "", status.words,
                    ]
                }
                session.show(
                    try endpoints.map { try $0.document(session.hub.draft(of: $0), health[$0.id]) },
                    Table(columns: ["id", "name", "url", "events", "customer", "status"], rows: rows))
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show all of an endpoint but its secrets, and how it does.")

        @Argument(help: "Id or name.") var endpoint: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let endpoint = try await session.endpoint(endpoint)
                let statistics = try await session.hub.store.endpointStatistics(of: [endpoint.id])[endpoint.id]
                let document = try await session.document(of: endpoint)
                    .adding("statistics", EndpointStatistics.document(statistics))
                session.show(document, document.prettyText)
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete an endpoint; what waits for it is given up, what was delivered stays in the log.")

        @Argument(help: "Id or name.") var endpoint: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let endpoint = try await session.endpoint(endpoint)
                try await session.hub.deleteEndpoint(endpoint.id, in: session.workspace, by: Session.actor)
                session.show(["id": .string("\(endpoint.id)"), "deleted": true], "Deleted \(endpoint.title).")
            }
        }
    }

    struct RotateSecret: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give an endpoint a new secret; those before it sign as well for the overlap.")

        @Argument(help: "Id or name.") var endpoint: String
        @Option(
            help: ArgumentHelp(
                "The secret, @file or - for standard input; one is made and shown once unless given.",
                valueName: "secret"))
        var secret: String?
        @OptionGroup var overlap: OverlapOption
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let endpoint = try await session.endpoint(endpoint)
                let made = try await session.hub.rotateSecret(
                    ofEndpoint: endpoint.id, to: try secret.map(GivenText.secret), overlap: overlap.duration,
                    in: session.workspace, by: Session.actor)
                session.show(
                    ["id": .string("\(endpoint.id)"), "secret": made.map { .string($0.reveal()) } ?? .null],
                    made.map { "The new secret of \(endpoint.title) (shown once): \($0.reveal())" }
                        ?? "\(endpoint.title) has its new secret.")
            }
        }
    }

    // MARK: Its life

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Enable an endpoint again; what was held goes out.")

        @Argument(help: "Id or name.") var endpoint: String
        @Flag(help: "Give up what was held instead of sending it.") var discardHeld = false
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                try await change(endpoint, "enabled", session) { id in
                    try await session.hub.enable(
                        endpoint: id, discardingHeld: discardHeld, in: session.workspace, by: Session.actor)
                }
            }
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send an endpoint nothing until it is enabled; what comes for it is held.")

        @Argument(help: "Id or name.") var endpoint: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                try await change(endpoint, "disabled", session) { id in
                    try await session.hub.disable(endpoint: id, in: session.workspace, by: Session.actor)
                }
            }
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let what is due for an endpoint wait.")

        @Argument(help: "Id or name.") var endpoint: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { try await set(endpoint, isPaused: true, $0) }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let an endpoint that was paused go on.")

        @Argument(help: "Id or name.") var endpoint: String
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { try await set(endpoint, isPaused: false, $0) }
        }
    }

    private static func set(_ name: String, isPaused: Bool, _ session: Session) async throws {
        try await change(name, isPaused ? "paused" : "no longer paused", session) { id in
            _ = try await session.hub.update(endpoint: id, in: session.workspace, by: Session.actor) {
                draft throws(SetupError) in draft.isPaused = isPaused
            }
        }
    }

    private static func change(
        _ name: String, _ what: String, _ session: Session, _ change: (ID<Endpoint>) async throws -> Void
    ) async throws {
        let endpoint = try await session.endpoint(name)
        try await change(endpoint.id)
        session.show(
            try await session.document(of: try await session.endpoint("\(endpoint.id)")),
            "\(endpoint.title) is \(what).")
    }

    // MARK: Trying it

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send an endpoint the sample of a type, once, and tell what came of it.",
            discussion: "It is sent from here, with the settings of this command. Exit code 1 when it was not taken.")

        @Argument(help: "Id or name.") var endpoint: String
        @Argument(help: "The event's type; the first that the endpoint gets unless given.") var type: String?
        @Flag(help: "Enable the endpoint again when it takes it.") var enable = false
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            try await options.run { session in
                let endpoint = try await session.endpoint(endpoint)
                let configuration = try await session.configuration()
                guard let type = type ?? configuration.firstType(for: endpoint) else {
                    throw CommandError("No known event type fits what it gets: name one.")
                }
                let story = try await session.hub.test(
                    endpoint: endpoint.id, type: type, isProbe: enable, in: session.workspace, by: Session.actor)
                let attempt = story.attempts.last?.attempt
                session.show(
                    story.document(of: session.hub, in: configuration),
                    DeliveryWords.outcome(attempt, "the sample of \(type)"))
                if attempt?.outcome.failure != nil { throw ExitCode(1) }
            }
        }
    }
}

extension Endpoint {
    /// How a person knows it.
    var title: String { name.isEmpty ? "\(origin) (\(id))" : name }
}

extension EndpointStatus {
    var words: String {
        switch self {
        case .active, .paused: name
        case .resting(let next): "resting, next try \(next.short)"
        case .disabled(let reason): "disabled: \(reason.rawValue)"
        }
    }
}

extension WorkspaceConfiguration {
    /// The first type of the catalogue that an endpoint gets, its own types before the hub's.
    func firstType(for endpoint: Endpoint) -> String? {
        let known = eventTypes.keys.sorted() + BuiltInEventType.allCases.map(\.rawValue)
        return known.first(where: endpoint.subscription.includes)
    }
}

extension Session {
    func document(of endpoint: Endpoint) async throws -> JSON {
        endpoint.document(try hub.draft(of: endpoint), try await hub.store.endpointHealth()[endpoint.id])
    }
}

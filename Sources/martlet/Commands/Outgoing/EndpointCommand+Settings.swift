import ArgumentParser
import Hub
import HubCore
import HubHTTP
import HubStorage

extension EndpointCommand {
    /// What an endpoint is set to, as options; the API says what they may be.
    struct SettingOptions: ParsableArguments {
        @Option(
            help: ArgumentHelp(
                "Types, or patterns like 'ticket.*', by comma. Repeatable.", valueName: "types"))
        var events: [String] = []
        @Option(help: "What people call it.") var name: String?
        @Option(
            name: .customLong("channel"),
            help: ArgumentHelp("Only events published to one of these; 'none': all. Repeatable.", valueName: "channel"))
        var channels: [String] = []
        @Option(
            help: ArgumentHelp(
                "Conditions over the event in JSON, or @file; 'null' for none (docs/outgoing/filters.md).",
                valueName: "json"))
        var filter: String?
        @Flag(inversion: .prefixedNo, help: "Whether one of the workspace's own gets events about customers, too.")
        var includeCustomers: Bool?
        @Option(
            name: .customLong("header"),
            help: ArgumentHelp(
                "Sent beside the hub's own: 'Name: value', or @file with one a line; '' for none. Repeatable.",
                valueName: "header"))
        var headers: [String] = []
        @Option(
            help: ArgumentHelp(
                "What Authorization holds, in JSON or @file as the API takes it; 'null' for nothing.",
                valueName: "json"))
        var authentication: String?
        @Option(
            help: ArgumentHelp(
                "A client certificate and issuers, in JSON or @file as the API takes them; 'null' for none.",
                valueName: "json"))
        var tls: String?
        @Option(
            help: ArgumentHelp(
                "What the body looks like: envelope, slack, …, or a template in JSON or @file (docs/outgoing/bodies.md).",
                valueName: "shape"))
        var body: String?
        @Option(help: "POST or PUT.") var method: String?
        @Option(
            help: ArgumentHelp("The wait before each further attempt: '1s 5s 30s', or 'none'.", valueName: "waits"))
        var retry: String?
        @Option(help: ArgumentHelp("For an attempt in all: 10s.", valueName: "time")) var timeout: Wait?
        @Option(help: "Attempts at once.") var concurrency: Int?
        @Option(help: ArgumentHelp("Attempts a minute, or 'none'.", valueName: "number")) var rate: String?
        @Option(
            help: ArgumentHelp(
                "'strict': one after the other; a JSON Pointer: one after the other where it finds the same; 'none'.",
                valueName: "order"))
        var order: String?

        func validate() throws {
            if let retry, Wait.list(retry) == nil {
                throw ValidationError("--retry must be times like '1s 5s 30s', or none")
            }
            if let rate, rate != "none", Int(rate) == nil {
                throw ValidationError("--rate must be a number or none")
            }
        }

        /// The members that were given, as the API takes them.
        func members() throws -> JSON.Object {
            var object = JSON.Object()
            if !events.isEmpty {
                object["events"] = .array(
                    events.flatMap { $0.split(separator: ",") }.map { .string($0.trimmed()) })
            }
            object["name"] = name.map(JSON.string)
            if !channels.isEmpty {
                object["channels"] = channels == ["none"] ? .null : .array(channels.map(JSON.string))
            }
            object["filter"] = try filter.map { try GivenText.json($0, of: "--filter") }
            object["include_customers"] = includeCustomers.map(JSON.bool)
            if !headers.isEmpty {
                let fields = try GivenText.headers(headers)
                object["headers"] = .object(JSON.Object(fields.fields.map { ($0.name, .string($0.value)) }))
            }
            object["authentication"] = try authentication.map { try GivenText.json($0, of: "--authentication") }
            object["tls"] = try tls.map { try GivenText.json($0, of: "--tls") }
            object["body"] = try body.map { text in
                ["{", "@", "-"].contains(text.prefix(1)) ? try GivenText.json(text, of: "--body") : .string(text)
            }
            object["method"] = method.map(JSON.string)
            object["retry_schedule_seconds"] = retry.flatMap(Wait.list).map { .array($0.map(\.json)) }
            object["timeout_seconds"] = timeout?.json
            object["concurrency"] = concurrency.map { JSON($0) }
            object["rate_per_minute"] = rate.map { text in Int(text).map { JSON($0) } ?? .null }
            object["order"] = order.map { $0 == "none" ? .null : .string($0) }
            return object
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an endpoint; a secret that is made for it is shown once.",
            discussion: "A running hub sends to it within a second or two.")

        @Option(help: "Where webhooks go: HTTPS, on the public internet unless MARTLET_EGRESS_ALLOW opens more.")
        var url: String
        @OptionGroup var settings: SettingOptions
        @Option(help: ArgumentHelp("Id or reference of whose it is.", valueName: "customer")) var customer: String?
        @Option(
            help: ArgumentHelp(
                "A secret: the text, @file or - for standard input; one is made unless given. Repeatable, newest first.",
                valueName: "secret"))
        var secret: [String] = []
        @Flag(help: "Deliveries are not signed.") var unsigned = false
        @Flag(help: "What is due waits until it is resumed.") var paused = false
        @OptionGroup var options: WorkspaceOptions

        func validate() throws {
            guard !settings.events.isEmpty else { throw ValidationError("Say what it gets: --events 'ticket.*'.") }
            guard !unsigned || secret.isEmpty else { throw ValidationError("Give either --unsigned or --secret.") }
        }

        func run() async throws {
            var document = try settings.members()
            document["url"] = .string(url)
            if paused { document["paused"] = true }
            let draft = try EndpointDraft(document: .object(document))
            let secrets = unsigned ? [] : secret.isEmpty ? nil : try secret.map(GivenText.secret)
            try await options.run { session in
                let made = try await session.hub.makeEndpoint(
                    draft, customer: customer, secrets: secrets, in: session.workspace, by: Session.actor)
                session.show(
                    made.endpoint.document(draft, nil).adding(
                        "secret", made.secret.map { .string($0.reveal()) } ?? .null),
                    Self.words(made.endpoint, made.secret, isSigned: !unsigned))
            }
        }

        private static func words(_ endpoint: Endpoint, _ secret: Secret<String>?, isSigned: Bool) -> String {
            var lines = ["Made the endpoint \(endpoint.id)."]
            if let secret { lines.append("Secret  \(secret.reveal())   (shown once)") }
            if !isSigned {
                lines.append("Its receiver cannot tell the hub's requests from others': they are unsigned.")
            }
            lines.append("Next: martlet endpoint test \(endpoint.id)")
            return lines.joined(separator: "\n")
        }
    }

    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change an endpoint; what is not given stays.")

        @Argument(help: "Id or name.") var endpoint: String
        @Option(help: "Where webhooks go.") var url: String?
        @OptionGroup var settings: SettingOptions
        @OptionGroup var options: WorkspaceOptions

        func run() async throws {
            var members = try settings.members()
            members["url"] = url.map(JSON.string)
            guard !members.members.isEmpty else { throw ValidationError("Say what to change.") }
            let document = JSON.object(members)
            try EndpointDraft.check(change: document)
            try await options.run { session in
                let id = try await session.endpoint(endpoint).id
                let endpoint = try await session.hub.update(endpoint: id, in: session.workspace, by: Session.actor) {
                    draft throws(SetupError) in try draft.apply(document)
                }
                session.show(try await session.document(of: endpoint), "Changed \(endpoint.title).")
            }
        }
    }
}

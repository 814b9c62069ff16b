import ArgumentParser
import AsyncHTTPClient
import Foundation
import Hub
import HubCore
import HubStorage

struct ListenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen", abstract: "Bring webhooks to a receiver on this machine, without opening a port.",
        discussion: """
            Without --source: what endpoints would get, for each event as it is published, signed with a secret that is \
            made for this session and printed. With --source: each request that the source accepts, as it came, so that \
            the vendor's signature can be verified here.

            The hub is the one of the data directory, which has to run, or any other by --hub and a token with the scope \
            endpoints (admin with --source). Ends with Ctrl-C.
            """)

    @Option(help: ArgumentHelp("The receiver: http://localhost:3000/hooks.", valueName: "url")) var forwardTo: String
    @Option(
        help: ArgumentHelp(
            "Types, or patterns like 'ticket.*', by comma. Repeatable; all unless given.", valueName: "types"))
    var events: [String] = []
    @Option(help: "Name or id of a source whose requests are wanted.") var source: String?
    @Option(help: ArgumentHelp("The hub's URL (MARTLET_HUB_URL).", valueName: "url")) var hub: String?
    @Option(
        help: ArgumentHelp(
            "A token of that hub, @file or - for standard input. Others on this machine can read a command line: "
                + "MARTLET_TOKEN is better.", valueName: "token"))
    var token: String?
    @Option(help: ArgumentHelp("How long the receiver may take.", valueName: "time"))
    var timeout = Wait(seconds: 30)
    @OptionGroup var options: WorkspaceOptions

    func validate() throws {
        guard Self.isHTTP(forwardTo) else {
            throw ValidationError("--forward-to must be a URL like http://localhost:3000/hooks")
        }
        if let hub, !Self.isHTTP(hub) { throw ValidationError("--hub must be a URL like https://hooks.example.com") }
        guard source == nil || events.isEmpty else { throw ValidationError("Give either --events or --source.") }
        guard (0.1...3600).contains(timeout.seconds) else { throw ValidationError("--timeout must be 0.1s to 1h") }
    }

    func run() async throws {
        let settings = try options.data.settings()
        let given = try token.map(GivenText.secret) ?? settings.hubToken
        if let base = hub ?? settings.hubURL {
            guard let given else { throw CommandError("A token is needed: give it as MARTLET_TOKEN.") }
            if let warning = Self.warning(of: base) { Output.note(warning) }
            return try await session(base, given, ownsToken: false).run()
        }
        if let given { return try await session(settings.localBase, given, ownsToken: false).run() }
        try await options.run { session in
            // Nobody but this process ever sees it; what a kill leaves of it ends by itself.
            var new = NewToken(label: "martlet listen", scopes: [source == nil ? .endpoints : .admin])
            new.lifetime = .seconds(30 * 86400)
            let made = try await session.hub.makeToken(new, in: session.workspace, by: Session.actor)
            let ending: Result<Void, any Error>
            do {
                try await self.session(settings.localBase, made.secret, ownsToken: true).run()
                ending = .success(())
            } catch {
                ending = .failure(error)
            }
            try await session.hub.revoke(made.credential.id, in: session.workspace, by: Session.actor)
            try ending.get()
        }
    }

    private func session(_ base: String, _ token: Secret<String>, ownsToken: Bool) -> ListenSession {
        let subject: ListenSession.Subject =
            if let source {
                .source(source)
            } else {
                .events(events.joined(separator: ","), secret: Self.makeSecret())
            }
        return ListenSession(
            base: base.last == "/" ? String(base.dropLast()) : base, token: token, ownsToken: ownsToken,
            workspace: options.workspace, subject: subject, receiver: forwardTo,
            timeout: .milliseconds(timeout.seconds * 1000), printsJSON: options.json)
    }

    private static func makeSecret() -> Secret<String> {
        Secret("whsec_" + Base64.encode(Vault.randomBytes(32)))
    }

    static func isHTTP(_ text: String) -> Bool {
        guard let url = URL(string: text), let host = url.host, !host.isEmpty else { return false }
        return ["http", "https"].contains(url.scheme?.lowercased())
    }

    /// What is at stake when a hub elsewhere is spoken to in the open.
    private static func warning(of base: String) -> String? {
        guard let url = URL(string: base), url.scheme?.lowercased() == "http", let host = url.host,
            !["localhost", "127.0.0.1", "::1", "[::1]"].contains(host)
        else { return nil }
        return "Warning: \(host) is spoken to without encryption; whoever is between can read the token."
    }
}

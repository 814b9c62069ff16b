import Egress
import Hub
import HubCore
import HubStorage
import HubTesting

@testable import HubConsole

extension OutboundSender {
    /// Answers as it is told, and takes every URL but those that name `nowhere`.
    static func answering(_ status: Int, _ body: String = "ok", headers: Fields = [:]) -> OutboundSender {
        OutboundSender(
            send: { _ in
                var timing = Exchange.Timing()
                timing.resolving = .milliseconds(3)
                timing.connecting = .milliseconds(12)
                timing.waiting = .milliseconds(80)
                timing.receiving = .milliseconds(1)
                timing.total = .milliseconds(96)
                return Exchange(
                    failure: AttemptFailure(status: status),
                    answer: .init(
                        status: status, headers: headers, body: Array(body.utf8), receivedBytes: body.utf8.count),
                    timing: timing, address: IPAddress("192.0.2.44"))
            },
            check: { url in url.hostText.contains("nowhere") ? .blockedName : nil })
    }
}

extension Browser {
    /// Makes an endpoint in the console and returns its path and its secret.
    func makeEndpoint(_ more: [(String, String)] = []) async -> (path: String, secret: String, page: ConsoleResponse) {
        let given = Set(more.map(\.0))
        let form = [
            ("url", "https://receiver.test/hook?key=hush"), ("patterns", "order.*"), ("schedule", "1s 5s"),
            ("timeout", "10"), ("concurrency", "4"), ("method", "POST"),
        ].filter { !given.contains($0.0) }
        let page = await post("/endpoints", form + more)
        let path = page.html.firstMatch(of: /action="([^"]*\/endpoints\/end_[0-9a-z]+)\/pause"/).map { String($0.1) }
        let secret = page.html.firstMatch(of: /whsec_[A-Za-z0-9+\/=]+/).map { String($0.output) }
        return (path ?? "", secret ?? "", page)
    }

    /// Signs in as a person of this role.
    func become(_ role: String) async throws {
        await signIn()
        let page = await post("/settings/people", [("email", "\(role)@acme.test"), ("name", role), ("role", role)])
        let invitation = page.html.firstMatch(of: /\/invitations\/(mli_[A-Za-z0-9_-]+)/).map { String($0.1) } ?? ""
        forgetCookies()
        _ = await post("/invitations", [("invitation", invitation), ("password", "correct horse")])
    }

    @discardableResult
    func publish(_ type: String, _ data: JSON = ["total": 12], customer: String? = nil) async throws -> ID<Event> {
        var new = NewEvent(type: type, content: .json(data))
        new.customer = customer
        return try await hub.publish(new, in: first.workspace).event
    }

    func deliveries() async throws -> [Delivery] {
        try await hub.store.deliveries(of: first.workspace, .init(), .init()).elements.map(\.delivery)
    }

    func endpoint(at path: String) async throws -> Endpoint? {
        let id = path.split(separator: "/").last.flatMap { ID<Endpoint>($0) }
        return try await configuration().endpoints.first { $0.id == id }
    }
}

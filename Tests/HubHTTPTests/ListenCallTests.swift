import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hub
import HubCore
import HubStorage
import NIOCore
import NIOHTTP1
import Testing

@testable import HubHTTP

@Suite struct ListenCallTests {
    @Test func `what is listened to is what an endpoint would get, and without a secret it is unsigned`() async throws {
        try await TestServer.run { hub in
            let documents = try await listen(hub, "/v1/deliveries/listen?events=order.*,ticket.created", until: 2) {
                try await publish(hub, "order.paid")
                try await publish(hub, "invoice.sent")
                try await publish(hub, "ticket.created")
            }
            #expect(documents.map { $0["event_type"] } == ["order.paid", "ticket.created"])
            let headers = Self.headers(documents[0])
            #expect(headers.header("X-Webhook-Event") == "order.paid")
            #expect(headers.header("webhook-id") == documents[0]["event_id"]?.string)
            #expect(headers.header("webhook-signature") == nil && headers.header("X-Webhook-Signature") == nil)
            let body = try #require(documents[0]["body_base64"]?.string.flatMap { Base64.decode($0) })
            #expect(try JSON.parse(body)["data"] == ["n": 1])
        }
    }

    @Test func `the listener's own secret signs, and one that cannot is refused without being repeated`() async throws {
        try await TestServer.run { hub in
            let secret = "whsec_" + Base64.encode([UInt8](repeating: 7, count: 32))
            let documents = try await listen(hub, "/v1/deliveries/listen", secret: secret, until: 1) {
                try await publish(hub, "order.paid")
            }
            let body = try #require(documents[0]["body_base64"]?.string.flatMap { Base64.decode($0) })
            #expect(
                Self.headers(documents[0]).header("X-Webhook-Signature") == "sha256=\(Signing.sha256(body, secret))")
            for bad in ["short", "whsk_!!!!!!!!"] {
                let answer = try await hub.call(
                    "GET", "/v1/deliveries/listen", headers: ["Martlet-Listen-Secret": bad])
                #expect(answer.status == 400)
                #expect(answer.detail.hasPrefix("Martlet-Listen-Secret: ") && !answer.text.contains(bad))
            }
        }
    }

    @Test func `what a source receives is told as it came, and that somebody listened stands in the audit log`()
        async throws
    {
        try await TestServer.run { hub in
            let documents = try await listen(hub, "/v1/sources/inbox/listen", until: 1) {
                try await hub.receive("one")
            }
            #expect(documents[0]["method"] == "POST")
            #expect(documents[0]["path"]?.string == hub.first.source.urlPath)
            #expect(documents[0]["dropped"] == 0)
            #expect(Self.headers(documents[0]).header("X-IW-Signature")?.hasPrefix("sha256=") == true)
            let body = try #require(documents[0]["body_base64"]?.string.flatMap { Base64.decode($0) })
            #expect(try JSON.parse(body)["event_id"] == "one")
            let audit = try await hub.hub.store.auditEntries(of: hub.first.workspace, PageRequest(limit: 5))
            #expect(audit.elements.contains { $0.action == "source.listen" && $0.subject == "\(hub.first.source.id)" })
        }
    }

    @Test func `only admins listen to sources, and nobody to one that shows nothing`() async throws {
        try await TestServer.run { hub in
            for scope in [Credential.Scope.read, .publish, .endpoints] {
                let token = try await hub.makeToken([scope])
                #expect(try await hub.call("GET", "/v1/sources/inbox/listen", token: token).status == 403)
            }
            let reader = try await hub.makeToken([.read])
            #expect(try await hub.call("GET", "/v1/deliveries/listen", token: reader).status == 403)
            _ = try await hub.call(
                "POST", "/v1/sources",
                ["name": "quiet", "integration": "json", "verification": ["scheme": "none"], "storage": "render_only"])
            let refused = try await hub.call("GET", "/v1/sources/quiet/listen")
            #expect(refused.status == 409)
            #expect(refused.detail.contains("render_only"))
        }
    }

    @Test func `a follower knows where it stands before anything came`() async throws {
        try await TestServer.run { hub in
            let begun = try await follow(hub, "/v1/deliveries/listen", until: { $0.contains("\n\n") }) {}
            let id = try #require(begun.firstMatch(of: /id: (\S+)/)).1
            try await publish(hub, "order.missed")
            let resumed = try await follow(
                hub, "/v1/deliveries/listen", lastID: String(id), until: { $0.contains("data: ") }
            ) {}
            #expect(resumed.contains("order.missed"))
        }
    }

    // MARK: Parts

    private func publish(_ hub: TestServer, _ type: String) async throws {
        _ = try await hub.hub.publish(.init(type: type, content: .json(["n": 1])), in: hub.first.workspace)
    }

    private static func headers(_ document: JSON) -> Fields {
        Fields((document["headers"]?.array ?? []).map { ($0.array?[0].string ?? "", $0.array?[1].string ?? "") })
    }

    /// Listens until so many documents have come, each of the shape that the table tells.
    private func listen(
        _ hub: TestServer, _ path: String, secret: String? = nil, until count: Int, _ work: () async throws -> Void
    ) async throws -> [JSON] {
        func documents(_ text: String) -> [JSON] {
            text.components(separatedBy: "\n\n").dropLast().compactMap { block in
                block.split(separator: "\n").first { $0.hasPrefix("data: ") }.flatMap {
                    try? JSON.parse(String($0.dropFirst(6)))
                }
            }
        }
        let text = try await follow(hub, path, secret: secret, until: { documents($0).count >= count }, work)
        let found = documents(text)
        guard case .call(let call, _) = ManagementRoutes.table.match(.get, String(path.prefix { $0 != "?" })),
            case .events(let shape) = call.outcome
        else {
            Issue.record("\(path) is no feed")
            return found
        }
        for document in found { try shape.check(Payload(document)) }
        return found
    }

    private func follow(
        _ hub: TestServer, _ path: String, secret: String? = nil, lastID: String? = nil,
        until isEnough: (String) -> Bool, _ work: () async throws -> Void
    ) async throws -> String {
        var request = HTTPClientRequest(url: hub.base + path)
        request.headers.add(name: "Authorization", value: "Bearer \(hub.token)")
        if let secret { request.headers.add(name: "Martlet-Listen-Secret", value: secret) }
        if let lastID { request.headers.add(name: "Last-Event-ID", value: lastID) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        #expect(response.status == .ok)
        var (text, hasBegun) = ("", false)
        for try await chunk in response.body {
            text += String(buffer: chunk)
            if !hasBegun {
                hasBegun = true
                try await work()
            }
            if isEnough(text) { break }
        }
        return text
    }
}

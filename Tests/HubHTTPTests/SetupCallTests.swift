import Hub
import HubCore
import Testing

@testable import HubHTTP

/// Workspaces, people, bots, streams, tokens, customers.
@Suite struct SetupCallTests {
    @Test func `only a token for the whole instance makes workspaces, and it names the one it works in`() async throws {
        try await TestServer.run { hub in
            #expect(try await hub.call("POST", "/v1/workspaces", ["id": "acme"]).status == 403)
            let token = try await hub.makeToken([.admin], in: nil)
            let made = try await hub.call("POST", "/v1/workspaces", ["id": "acme", "name": "Acme"], token: token)
            #expect(made.status == 201)
            #expect(made["secret"]?.string?.hasPrefix("whsec_") == true)
            #expect(try await hub.call("POST", "/v1/workspaces", ["id": "acme"], token: token).status == 409)
            #expect(try await hub.call("POST", "/v1/workspaces", ["id": "A"], token: token).detail.hasPrefix("$.id: "))
            #expect(try await hub.call("GET", "/v1/streams", token: token).error == "workspace_required")
            let inside = ["Martlet-Workspace": "acme"]
            #expect(try await hub.call("GET", "/v1/streams", token: token, headers: inside).data.isEmpty)
            let nowhere = try await hub.call("GET", "/v1/streams", token: token, headers: ["Martlet-Workspace": "nope"])
            let notMine = try await hub.call("GET", "/v1/streams", headers: inside)
            #expect(nowhere.status == 404)
            #expect(nowhere.text == notMine.text)
            #expect(try await hub.call("GET", "/v1/workspaces", token: token).data.count == 2)
            #expect(try await hub.call("GET", "/v1/workspaces").data.map { $0["id"] } == ["main"])
        }
    }

    @Test func `a workspace is renamed, keeps things as long as it is told, and gets a new secret`() async throws {
        try await TestServer.run { hub in
            let change: JSON = ["name": "Main", "retention": ["bodies_days": 7]]
            let changed = try await hub.call("PATCH", "/v1/workspaces/main", change)
            #expect(changed["name"] == "Main")
            #expect(changed["retention"] == ["bodies_days": 7, "metadata_days": 90])
            let wrong = try await hub.call("PATCH", "/v1/workspaces/main", ["retention": ["bodies_days": 91]])
            #expect(wrong.status == 400)
            let secret = try await hub.call("POST", "/v1/workspaces/main/secret/rotate", [:])
            let body = Array(#"{"type":"hello"}"#.utf8)
            #expect(try await hub.signed(body, secret: secret["secret"]?.string).status == 200)
        }
    }

    @Test func `a person is invited, changed and invited again`() async throws {
        try await TestServer.run { hub in
            let made = try await hub.call("POST", "/v1/people", ["email": "Ada@Example.test", "role": "member"])
            #expect(made.status == 201)
            #expect(made["email"] == "ada@example.test")
            #expect(made["invitation_url"]?.string?.hasPrefix("https://hooks.test/invitations/mli_") == true)
            let again = try await hub.call("POST", "/v1/people", ["email": "ada@example.test"])
            #expect(again.status == 409)
            let id = made["id"]?.string ?? ""
            let changed = try await hub.call("PATCH", "/v1/people/\(id)", ["role": "viewer", "disabled": true])
            #expect(changed["role"] == "viewer")
            #expect(changed["disabled"] == true)
            let invited = try await hub.call("POST", "/v1/people/ada@example.test/invitation")
            #expect(invited["invitation_url"] != made["invitation_url"])
            let shown = try await hub.call("GET", "/v1/people/\(id)")
            #expect(shown["invitation_url"] == nil)
            let wrong = try await hub.call("POST", "/v1/people", ["email": "nobody"])
            #expect(wrong.detail == "$.email: is not an e-mail address")
        }
    }

    @Test func `the last admin stays one`() async throws {
        try await TestServer.run { hub in
            let admin = try await hub.call("GET", "/v1/people").data.first?["id"]?.string ?? ""
            let answer = try await hub.call("PATCH", "/v1/people/\(admin)", ["role": "viewer"])
            #expect(answer.detail == "$.role: the workspace needs an admin")
        }
    }

    @Test func `a token does no more than its person may`() async throws {
        try await TestServer.run { hub in
            let person = try await hub.call("POST", "/v1/people", ["email": "ada@example.test", "role": "viewer"])
            let id = person["id"]?.string ?? ""
            let token = try await hub.makeToken([.admin], person: ID(id))
            #expect(try await hub.call("GET", "/v1/streams", token: token).status == 200)
            #expect(try await hub.call("POST", "/v1/streams", ["name": "ops"], token: token).status == 403)
            try await hub.call("PATCH", "/v1/people/\(id)", ["role": "admin"])
            #expect(try await hub.call("POST", "/v1/streams", ["name": "ops"], token: token).status == 201)
            try await hub.call("PATCH", "/v1/people/\(id)", ["disabled": true])
            #expect(try await hub.call("GET", "/v1/streams", token: token).status == 401)
        }
    }

    @Test func `a bot's key is shown once, and rotated with an overlap`() async throws {
        try await TestServer.run { hub in
            let made = try await hub.call("POST", "/v1/bots", ["name": "Deploys", "may_create_streams": true])
            #expect(made.status == 201)
            #expect(made["email"] == "deploys-bot@main.hooks.test")
            let (id, first) = (made["id"]?.string ?? "", made["api_key"]?.string ?? "")
            #expect(try await hub.call("GET", "/v1/bots/\(id)")["api_key"] == nil)
            let second = try await hub.call("POST", "/v1/bots/\(id)/key/rotate", ["overlap_seconds": 60])
            let now = hub.hub.clock.now()
            #expect(try await hub.hub.bot(key: first, at: now).name == "Deploys")
            #expect(try await hub.hub.bot(key: second["api_key"]?.string, at: now).name == "Deploys")
            try await hub.call("POST", "/v1/bots/\(id)/key/rotate", ["overlap_seconds": 0])
            await #expect(throws: (any Error).self) { try await hub.hub.bot(key: first, at: hub.hub.clock.now()) }
            let changed = try await hub.call("PATCH", "/v1/bots/\(id)", ["disabled": true, "name": "Deploys 2"])
            #expect(changed["disabled"] == true)
            #expect(changed["name"] == "Deploys 2")
            let wrong = try await hub.call("POST", "/v1/bots", ["name": "x", "owner": "nobody@example.test"])
            #expect(wrong.detail == "$.owner: is no person of this workspace")
        }
    }

    @Test func `a stream is found by number, name and id, renamed, archived and restored`() async throws {
        try await TestServer.run { hub in
            let made = try await hub.call("POST", "/v1/streams", ["name": "Ops", "description": "Alerts"])
            #expect(made["number"] == 2)
            for name in ["2", "ops", "OPS", made["id"]?.string ?? ""] {
                #expect(try await hub.call("GET", "/v1/streams/\(name)")["id"] == made["id"])
            }
            #expect(try await hub.call("POST", "/v1/streams", ["name": "oPS"]).status == 409)
            #expect(try await hub.call("POST", "/v1/streams", ["name": "12"]).status == 400)
            let archived = try await hub.call("PATCH", "/v1/streams/ops", ["archived": true, "name": "Operations"])
            #expect(archived["archived"] == true)
            #expect(archived["name"] == "Operations")
            #expect(try await hub.call("PATCH", "/v1/streams/operations", ["archived": false])["archived"] == false)
            try await hub.call("POST", "/v1/messages", ["stream": "operations", "topic": "a", "body": "hello"])
            let topics = try await hub.call("GET", "/v1/streams/2/topics")
            #expect(topics.data.map { $0["topic"] } == ["a"])
        }
    }

    @Test func `a token is shown once and ends when it is revoked`() async throws {
        try await TestServer.run { hub in
            let made = try await hub.call("POST", "/v1/tokens", ["label": "ci", "scopes": ["read"]])
            let token = made["token"]?.string ?? ""
            #expect(token.hasPrefix("mlt_"))
            #expect(try await hub.call("GET", "/v1/tokens", token: token).status == 200)
            #expect(try await hub.call("POST", "/v1/streams", ["name": "x"], token: token).status == 403)
            let listed = try await hub.call("GET", "/v1/tokens")
            #expect(listed.data.count == 2)
            #expect(!listed.text.contains(token))
            #expect(try await hub.call("DELETE", "/v1/tokens/\(made["id"]?.string ?? "")").status == 204)
            #expect(try await hub.call("GET", "/v1/tokens", token: token).status == 401)
            #expect(try await hub.call("POST", "/v1/tokens", ["label": "x", "scopes": []]).status == 400)
            let wrong = try await hub.call("POST", "/v1/tokens", ["label": "x", "scopes": ["root"]])
            #expect(wrong.detail == "$.scopes[0]: expected one of admin, publish, read, endpoints")
        }
    }

    @Test func `a customer is changed, and deleted with what is its own`() async throws {
        try await TestServer.run { hub in
            let acme = try await hub.call("POST", "/v1/customers", ["reference": "acme", "name": "Acme"])
            try await hub.call("POST", "/v1/customers", ["reference": "globex"])
            let changed = try await hub.call("PATCH", "/v1/customers/acme", ["reference": "acme-2"])
            #expect(changed["reference"] == "acme-2" && changed["name"] == "Acme" && changed["id"] == acme["id"])
            #expect(try await hub.call("PATCH", "/v1/customers/acme-2", ["reference": "globex"]).status == 409)
            #expect(try await hub.call("GET", "/v1/customers/acme").status == 404)
            #expect(try await hub.call("GET", "/v1/customers/acme-2")["name"] == "Acme")

            for (customer, name) in [("acme-2", "theirs"), ("globex", "others")] {
                try await hub.call(
                    "POST", "/v1/endpoints",
                    [
                        "url": "https://receiver.example/", "events": ["*"], "customer": .string(customer),
                        "name": .string(name), "paused": true,
                    ])
            }
            try await hub.call("POST", "/v1/events", ["type": "a.b", "data": 1, "customer": "acme-2"])
            let link = try await hub.call("POST", "/v1/customers/acme-2/portal", [:])["url"]?.string ?? ""
            #expect(try await hub.call("DELETE", "/v1/customers/acme-2").status == 204)
            #expect(try await hub.call("DELETE", "/v1/customers/acme-2").status == 404)
            #expect(try await hub.call("GET", "/v1/endpoints").data.map { $0["name"] } == ["others"])
            #expect(try await hub.call("GET", "/v1/deliveries").data.map { $0["state"] } == ["discarded"])
            let path = link.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }
            #expect(try await hub.call("POST", String(path)).status != 303, "a link opens nothing any more")
            let refused = try await hub.call("POST", "/v1/events", ["type": "a.b", "data": 1, "customer": "acme-2"])
            #expect(refused.status == 400 && refused.detail.hasPrefix("$.customer"))
        }
    }

    @Test func `a customer has a reference of our own`() async throws {
        try await TestServer.run { hub in
            let made = try await hub.call("POST", "/v1/customers", ["reference": "acme-1", "name": "Acme"])
            #expect(made.status == 201)
            #expect(try await hub.call("POST", "/v1/customers", ["reference": "acme-1"]).status == 409)
            #expect(try await hub.call("GET", "/v1/customers").data.map { $0["id"] } == [made["id"]])
        }
    }

    @Test func `every change stands in the audit log, and no secret does`() async throws {
        try await TestServer.run { hub in
            let made = try await hub.call("POST", "/v1/tokens", ["label": "ci", "scopes": ["read"]])
            try await hub.call("POST", "/v1/streams", ["name": "ops"])
            let log = try await hub.call("GET", "/v1/audit?limit=2")
            #expect(log.data.map { $0["action"] } == ["stream.create", "token.create"])
            #expect(log.data.allSatisfy { $0["actor"]?.string?.hasPrefix("key_") == true })
            let rest = try await hub.call("GET", "/v1/audit?cursor=\(log["next"]?.string ?? "")")
            #expect(rest.data.contains { $0["action"] == "workspace.create" })
            #expect(!(log.text + rest.text).contains(made["token"]?.string ?? "-"))
        }
    }

    @Test func `integrations and schemes are told`() async throws {
        try await TestServer.run { hub in
            let integrations = try await hub.call("GET", "/v1/integrations")
            #expect(integrations.data.contains { $0["slug"] == "martlet" })
            let schemes = try await hub.call("GET", "/v1/schemes")
            #expect(schemes.data.contains { $0["name"] == "signed" })
        }
    }
}

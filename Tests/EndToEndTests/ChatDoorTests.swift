import Hub
import HubCore
import HubStorage
import HubTesting
import Synchronization
import Testing

extension EndToEnd {
    /// The chat-compatible doors: senders that know Zulip or Slack get the answers they know.
    @Suite struct ChatDoors {
        private static let success: JSON = ["result": "success", "msg": ""]
        private static let push =
            #"{"ref":"refs/heads/main","before":"1","after":"2","commits":[],"repository":{"name":"hub"}}"#

        @Test func `an event of a vendor is told in the stream and topic that the URL names`() async throws {
            try await HubProcess.with { hub in
                let path = url(hub, "json", "&stream=ops&topic=deploys%20of%20today")
                let answer = try await hub.client.post(path, #"{"title":"It went out"}"#)
                #expect(answer.status == 200)
                #expect(answer.json == Self.success)
                let message = try #require(try await hub.messages().first)
                #expect(message.draft.topic == "deploys of today")
                #expect(message.draft.body.contains("It went out"))
                #expect(try await hub.streamName(of: message) == "ops")
            }
        }

        @Test func `parameters of a form win over those of the URL, and blanks around the key do not matter`()
            async throws
        {
            try await HubProcess.with { hub in
                let form = "payload=%7B%22text%22%3A%22From%20a%20form%22%7D&topic=of%20the%20form"
                let answer = try await hub.client.post(
                    "/api/v1/external/slack_incoming?api_key=%20\(hub.credentials.botKey)%20&stream=ops&topic=of%20URL",
                    form, [("Content-Type", "application/x-www-form-urlencoded")])
                #expect(answer.status == 200)
                #expect(answer.json == ["result": "success", "msg": "", "ok": true])
                #expect(try await hub.messages().map(\.draft.topic) == ["of the form"])
            }
        }

        @Test func `a filtered event is success without a message, and stands in the log with its reason`()
            async throws
        {
            try await HubProcess.with { hub in
                let path = url(hub, "github", "&stream=ops&exclude_events=%5B%22pu*%22%5D")
                let answer = try await hub.client.post(path, Self.push, [("X-GitHub-Event", "push")])
                #expect(answer.status == 200)
                #expect(answer.json == Self.success)
                #expect(try await hub.messages().isEmpty)
                #expect(try await hub.events().map(\.event.outcome.name) == ["ignored"])
            }
        }

        @Test func `an event that the integration does not know is success and says so`() async throws {
            try await HubProcess.with { hub in
                let answer = try await hub.client.post(
                    url(hub, "github", ""), #"{"repository":{"name":"hub"}}"#, [("X-GitHub-Event", "starlight")])
                #expect(answer.status == 200)
                #expect(
                    answer.json == [
                        "result": "success",
                        "msg": "The 'starlight' event isn't currently supported by the GitHub webhook; ignoring",
                        "code": "UNSUPPORTED_WEBHOOK_EVENT_TYPE", "webhook_name": "GitHub",
                        "event_type": "starlight",
                    ])
            }
        }

        @Test func `each refusal has the code and words that senders know`() async throws {
            try await HubProcess.with { hub in
                let unknown = String(repeating: "x1", count: 16)
                let cases: [(path: String, body: String, status: Int, document: JSON)] = [
                    (
                        "/api/v1/external/json", "{}", 400,
                        refusal("Missing 'api_key' argument", "REQUEST_VARIABLE_MISSING", "var_name", "api_key")
                    ),
                    ("/api/v1/external/json?api_key=short", "{}", 401, refusal("Malformed API key", "INVALID_API_KEY")),
                    (
                        "/api/v1/external/json?api_key=\(unknown)", "{}", 401,
                        refusal("Invalid API key", "INVALID_API_KEY")
                    ),
                    (url(hub, "json", ""), "{broken", 400, refusal("Malformed JSON", "BAD_REQUEST")),
                    (url(hub, "json", ""), "", 400, refusal("Malformed JSON", "BAD_REQUEST")),
                    (
                        url(hub, "github", ""), "{}", 400,
                        refusal(
                            "Missing the HTTP event header 'X-GitHub-Event'", "MISSING_HTTP_EVENT_HEADER", "header",
                            "X-GitHub-Event")
                    ),
                    (
                        url(hub, "github", "&only_events=push"), "{}", 400,
                        refusal("only_events is not valid JSON", "BAD_REQUEST", "var_name", "only_events")
                    ),
                ]
                for (path, body, status, document) in cases {
                    let answer = try await hub.client.post(path, body)
                    #expect(answer.status == status, "\(path)")
                    #expect(answer.json == document, "\(path)")
                }
                #expect(try await hub.events().isEmpty)
            }
        }

        @Test func `a field that is missing costs no message and is never an error`() async throws {
            try await HubProcess.with { hub in
                let answer = try await hub.client.post(
                    url(hub, "github", "&stream=ops"), #"{"action":"opened","repository":{}}"#,
                    [("X-GitHub-Event", "issues")])
                #expect(answer.status == 200)
                #expect(answer.json == Self.success)
                #expect(try await hub.messages().count == 1)
            }
        }

        @Test func `without a stream, or with one that is not there, the bot's owner gets the message`() async throws {
            let key = Mutex("")
            try await HubProcess.with(prepare: { hub, credentials in
                let configuration = try await hub.configuration(of: credentials.workspace)
                let owner = try #require(configuration.firstAdmin)
                let bot = try await hub.makeBot(
                    NewBot(name: "Narrow", owner: owner.id), host: "martlet.local", in: credentials.workspace,
                    by: "test")
                key.withLock { $0 = bot.key.reveal() }
            }) { hub in
                let path = "/api/v1/external/json?api_key=\(key.withLock { $0 })"
                for suffix in ["", "&stream=lost"] {
                    let answer = try await hub.client.post(path + suffix, #"{"title":"to you"}"#)
                    #expect(answer.json == Self.success)
                }
                let messages = try await hub.messages()
                #expect(messages.filter { $0.draft.body.contains("to you") }.count == 2)
                #expect(
                    messages.allSatisfy {
                        if case .direct = $0.place { true } else { false }
                    })
                #expect(messages.contains { $0.draft.body.contains("lost") })
            }
        }

        @Test func `the Slack door answers ok to a form, to JSON, and to the same message twice`() async throws {
            try await HubProcess.with { hub in
                let path = "/hooks/slack/\(hub.credentials.botKey)?stream=ops"
                let json = try await hub.client.post(path, #"{"text":"*one*","channel":"deploys"}"#)
                let form = try await hub.client.post(
                    path, "payload=%7B%22text%22%3A%22two%22%7D",
                    [("Content-Type", "application/x-www-form-urlencoded")])
                let again = try await hub.client.post(path, #"{"text":"*one*","channel":"deploys"}"#)
                for answer in [json, form, again] {
                    #expect(answer.status == 200)
                    #expect(answer.body == "ok")
                    #expect(answer.headers.header("Content-Type")?.hasPrefix("text/plain") == true)
                }
                #expect(try await hub.messages().map(\.draft.body) == ["**one**", "two", "**one**"])
                let refused = try await hub.client.post("/hooks/slack/nobody", #"{"text":"x"}"#)
                #expect(refused.status == 403)
                #expect(refused.body == "invalid_token")
                let broken = try await hub.client.post(path, "{")
                #expect(broken.status == 400)
                #expect(broken.body == "invalid_payload")
            }
        }

        private func url(_ hub: HubProcess, _ integration: String, _ more: String) -> String {
            "/api/v1/external/\(integration)?api_key=\(hub.credentials.botKey)\(more)"
        }

        private func refusal(_ message: String, _ code: String, _ name: String? = nil, _ value: String = "") -> JSON {
            var document = JSON.Object([
                ("result", "error"), ("msg", JSON.string(message)), ("code", JSON.string(code)),
            ])
            if let name { document[name] = .string(value) }
            return .object(document)
        }
    }
}

import HTTPTypes
import HubCore
import HubStorage
import Testing

@testable import HubHTTP

/// What holds for each call of the table, whatever it does.
@Suite struct EveryCallTests {
    @Test func `no call answers without a token, whatever cookie comes along`() async throws {
        try await TestServer.run { hub in
            for call in ManagementRoutes.table.calls {
                let headers = ["Cookie": "session=mls_abc", "Sec-Fetch-Site": "cross-site"]
                let answer = try await hub.send(call.method.rawValue, filled(call.path), headers: headers)
                #expect(answer.status == 401, "\(call.method) \(call.path)")
                #expect(answer.error == "unauthenticated")
                #expect(answer.headers.header("WWW-Authenticate")?.hasPrefix("Bearer") == true)
            }
        }
    }

    @Test func `no call answers a token without its scope`() async throws {
        try await TestServer.run { hub in
            let publisher = try await hub.makeToken([.publish])
            let other = try await hub.makeToken([.endpoints])
            for call in ManagementRoutes.table.calls {
                let token = call.access.scope == .endpoints ? publisher : other
                let answer = try await hub.call(call.method.rawValue, filled(call.path), token: token)
                #expect(answer.status == 403, "\(call.method) \(call.path)")
                #expect(answer.error == "forbidden")
            }
        }
    }

    @Test func `what is another workspace's is answered like what is not there`() async throws {
        try await TestServer.run { hub in
            let (_, stranger) = try await hub.otherWorkspace()
            let ours = try await ours(hub)
            // A type of event is named, not numbered: each workspace has its own of any name.
            for call in ManagementRoutes.table.calls where call.path.contains("{") && !call.path.contains("{type}") {
                // Enough of a body to come as far as the thing itself.
                let body = call.body.map { shape in
                    JSON.object(
                        JSON.Object(shape.members.filter(\.isRequired).map { ($0.name, sample(of: $0.shape)) }))
                }
                let method = call.method.rawValue
                let theirs = try await hub.call(method, filled(call.path, ours), body, token: stranger)
                let nobodys = try await hub.call(method, filled(call.path, nothings), body, token: stranger)
                #expect(theirs.status == 404, "\(method) \(call.path)")
                #expect(theirs.text == nobodys.text && theirs.status == nobodys.status, "\(method) \(call.path)")
            }
        }
    }

    @Test func `no call takes a field that it does not know`() async throws {
        try await TestServer.run { hub in
            for call in ManagementRoutes.table.calls {
                guard let shape = call.body else { continue }
                var body = JSON.Object()
                for member in shape.members where member.isRequired { body[member.name] = sample(of: member.shape) }
                body["nonsense"] = 1
                let answer = try await hub.call(call.method.rawValue, filled(call.path), .object(body))
                #expect(answer.status == 400, "\(call.method) \(call.path)")
                #expect(answer.detail.hasPrefix("$.nonsense: there is no such field"), "\(answer.detail)")
            }
        }
    }

    @Test func `no call takes a parameter that it does not know`() async throws {
        try await TestServer.run { hub in
            for call in ManagementRoutes.table.calls where call.method == .get {
                let answer = try await hub.call("GET", filled(call.path) + "?limitt=5")
                #expect(answer.status == 400, "\(call.path)")
                #expect(answer.detail.hasPrefix("limitt: there is no such parameter"), "\(answer.detail)")
            }
        }
    }

    @Test func `a known path says which methods it takes, an unknown one that it is none`() async throws {
        try await TestServer.run { hub in
            let wrong = try await hub.call("PUT", "/v1/sources")
            #expect(wrong.status == 405)
            #expect(wrong.headers.header("Allow") == "GET, HEAD, POST")
            #expect(wrong.error == "method_not_allowed")
            let unknown = try await hub.call("GET", "/v1/nonsense")
            #expect(unknown.status == 404)
            #expect(unknown.error == "not_found")
            let head = try await hub.call("HEAD", "/v1/streams")
            #expect(head.status == 200)
            #expect(head.text.isEmpty)
        }
    }

    @Test(arguments: [
        ("{", "$: unexpected end at byte 1"), ("[]", "$: expected object"), (#"{"name":1}"#, "$.name: expected string"),
    ])
    func `a body that cannot be read is told where`(_ body: String, _ problem: String) async throws {
        try await TestServer.run { hub in
            let answer = try await hub.send(
                "POST", "/v1/streams", body: Array(body.utf8), headers: ["Authorization": "Bearer \(hub.token)"])
            #expect(answer.status == 400)
            #expect(answer.error == "invalid_request")
            #expect(answer.detail.hasPrefix(problem), "\(answer.detail)")
        }
    }

    @Test func `a body beyond the limit is refused`() async throws {
        try await TestServer.run { hub in
            let answer = try await hub.call(
                "POST", "/v1/events", ["type": "a", "data": .string(String(repeating: "x", count: 1 << 20))])
            #expect(answer.status == 413)
            #expect(answer["limit_bytes"]?.int64 == 1 << 20)
        }
    }

    @Test func `the description names every call and nothing else`() async throws {
        try await TestServer.run { hub in
            let document = try await hub.send("GET", "/openapi.json").document
            #expect(document["openapi"]?.string == "3.1.0")
            var told: Set<String> = []
            for path in document["paths"]?.object?.members ?? [] {
                for operation in path.value.object?.members ?? [] {
                    told.insert("\(operation.key.uppercased()) \(path.key)")
                }
            }
            #expect(told == Set(ManagementRoutes.table.calls.map { "\($0.method.rawValue) \($0.path)" }))
            for path in ["/v1/recoveries", "/v1/endpoints/{endpoint}/recover"] {
                let answers = document["paths"]?[path]?["post"]?["responses"]
                #expect(answers?["200"] != nil && answers?["202"] != nil, "a preview answers 200")
            }
            let needed = document["paths"]?["/v1/people"]?["post"]?["description"]
            #expect(needed == "Needs the scope admin.")
            let ids = ManagementRoutes.table.calls.compactMap {
                document["paths"]?[$0.path]?[$0.method.rawValue.lowercased()]?["operationId"]?.string
            }
            #expect(Set(ids).count == ManagementRoutes.table.calls.count)
            for reference in references(in: document) {
                let pointer = try #require(JSONPointer(String(reference.dropFirst())))
                #expect(document[pointer] != nil, "\(reference)")
            }
        }
    }

    // MARK: Filling in

    /// One of everything that a path may name, in the first workspace.
    private func ours(_ hub: TestServer) async throws -> [String: String] {
        let request = try await hub.receive("evt-1")
        let event = try await hub.call("GET", "/v1/events?limit=1").data.first?["id"]?.string
        let transcript: JSON = [
            "event_id": "t-1", "type": "brain.ingest",
            "data": ["session_id": "s", "messages": [["role": "user", "content": "hello"]]],
        ]
        #expect(try await hub.signed(transcript.bytes).status == 200)
        let made = try await hub.call(
            "POST", "/v1/endpoints", ["url": "http://127.0.0.1:9/", "events": ["order.*"], "paused": true])
        #expect(made.status == 201)
        #expect(try await hub.call("POST", "/v1/events", ["type": "order.paid", "data": 1]).status == 201)
        let recovery = try await hub.call("POST", "/v1/recoveries", [:])
        let opened = try await hub.call("POST", "/v1/tickets", ["subject": "Help", "message": ["text": "Hello"]])
        let survey = try await hub.call(
            "POST", "/v1/surveys", ["name": "After", "questions": [["label": "How?", "kind": "nps"]]])
        let path = "/v1/surveys/\(survey["id"]?.string ?? "")"
        #expect(try await hub.call("POST", "\(path)/publish").status == 200)
        let response = try await hub.call("POST", "\(path)/responses", ["answers": ["q_1": 9]])
        return [
            "endpoint": made["id"]?.string ?? "", "delivery": try await id(hub, "/v1/deliveries"),
            "recovery": recovery["id"]?.string ?? "",
            "workspace": "main", "person": try await id(hub, "/v1/people"), "bot": try await id(hub, "/v1/bots"),
            "stream": try await id(hub, "/v1/streams"), "token": try await id(hub, "/v1/tokens"),
            "source": try await id(hub, "/v1/sources"), "request": request, "event": event ?? "",
            "transcript": try await id(hub, "/v1/transcripts"),
            "ticket": try #require(opened["ticket"]?["id"]?.string),
            "message": try #require(opened["message"]?["id"]?.string), "survey": try #require(survey["id"]?.string),
            "response": try #require(response["id"]?.string),
        ]
    }

    private func id(_ hub: TestServer, _ path: String) async throws -> String {
        try #require(try await hub.call("GET", path).data.first?["id"]?.string)
    }

    /// Ids of nothing, of the right form.
    private var nothings: [String: String] {
        let now = Timestamp(seconds: 1_793_491_200)
        return [
            "workspace": "nowhere", "person": "\(ID<Person>.make(at: now))", "bot": "\(ID<Bot>.make(at: now))",
            "stream": "\(ID<HubCore.Stream>.make(at: now))", "token": "\(ID<Credential>.make(at: now))",
            "source": "\(ID<Source>.make(at: now))", "request": "\(ID<Request>.make(at: now))",
            "endpoint": "\(ID<Endpoint>.make(at: now))", "delivery": "\(ID<Delivery>.make(at: now))",
            "recovery": "\(ID<Recovery>.make(at: now))",
            "event": "\(ID<Event>.make(at: now))", "transcript": "\(ID<Transcript>.make(at: now))",
            "ticket": "\(ID<Ticket>.make(at: now))", "message": "\(ID<TicketMessage>.make(at: now))",
            "survey": "\(ID<Survey>.make(at: now))", "response": "\(ID<SurveyResponse>.make(at: now))",
        ]
    }

    private func filled(_ path: String, _ values: [String: String] = [:]) -> String {
        values.reduce(path) { $0.replacing("{\($1.key)}", with: $1.value) }.replacing(/\{[a-z]+\}/, with: "nothing")
    }

    private func sample(of shape: Shape) -> JSON {
        switch shape.kind {
        case .text: "sample@sample.test"
        case .choice(let values): .string(values.first ?? "")
        case .list: []
        default: [:]
        }
    }

    private func references(in value: JSON) -> [String] {
        switch value {
        case .object(let object):
            object.members.flatMap { $0.key == "$ref" ? [$0.value.string ?? ""] : references(in: $0.value) }
        case .array(let elements): elements.flatMap(references)
        default: []
        }
    }
}

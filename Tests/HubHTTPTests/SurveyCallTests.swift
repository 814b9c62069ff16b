import HubCore
import Testing

@testable import HubHTTP

@Suite struct SurveyCallTests {
    private static let questions: JSON = [
        ["key": "score", "label": "Recommend us?", "kind": "nps", "required": true],
        ["label": "Why?", "kind": "text", "hint": "In a few words"],
        ["key": "which", "label": "Which?", "kind": "choices", "options": ["Mail", "Phone"]],
        ["key": "stars", "label": "How was it?", "kind": "rating", "scale": 4],
    ]

    /// - Returns: the survey's path.
    private func publish(_ hub: TestServer) async throws -> String {
        let made = try await hub.call(
            "POST", "/v1/surveys", ["name": "After support", "questions": Self.questions, "thanks": "Bye"])
        #expect(made.status == 201 && made["state"] == "draft")
        let path = "/v1/surveys/\(try #require(made["id"]?.string))"
        #expect(try await hub.call("POST", "\(path)/publish")["state"] == "published")
        return path
    }

    @Test func `a survey is made, published, answered, counted and closed`() async throws {
        try await TestServer.run { hub in
            let path = try await publish(hub)
            let survey = try await hub.call("GET", path)
            #expect(survey["questions"]?.array?[1]["key"] == "q_2")
            #expect(survey["url"]?.string?.hasPrefix("https://hooks.test/s/") == true)
            _ = try await hub.call("POST", "/v1/customers", ["reference": "acme", "name": "Acme"])
            _ = try await hub.call("POST", "/v1/tickets", ["subject": "Help", "customer": "acme"])
            let answered = try await hub.call(
                "POST", "\(path)/responses",
                [
                    "answers": ["score": 9, "q_2": "Quick.", "which": ["Phone"], "stars": 4], "ticket": "1",
                    "respondent": ["name": "Ada", "email": "ada@example.org"], "language": "en",
                ])
            #expect(answered.status == 201 && answered["score"] == 9 && answered["completed_at"] != .null)
            #expect(answered["ticket"]?["number"] == 1 && answered["customer"]?.string?.hasPrefix("cus_") == true)
            let begun = try await hub.call(
                "POST", "\(path)/responses", ["answers": ["q_2": "Later"], "complete": false])
            #expect(begun["completed_at"] == .null && begun["score"] == .null)
            let response = "/v1/responses/\(try #require(begun["id"]?.string))"
            #expect(try await hub.call("GET", "\(path)/responses?complete=true").data.count == 1)
            let missing = try await hub.call("PATCH", response, [:])
            #expect(missing.status == 400 && missing.detail == "$.answers.score: is required")
            #expect(try await hub.call("PATCH", response, ["answers": ["score": 0]])["score"] == 0)
            let again = try await hub.call("PATCH", response, ["answers": ["score": 10]])
            #expect(again.status == 409 && again.error == "wrong_state")
            let results = try await hub.call("GET", "\(path)/results")
            #expect(results["completed"] == 2 && results["partial"] == 0)
            #expect(results["questions"]?.array?[0]["nps"] == 0)
            #expect(results["questions"]?.array?[3]["average"] == 4)
            let events = try await hub.call("GET", "/v1/events?type=survey.*")
            #expect(events.data.count == 2)
            #expect(try await hub.call("POST", "\(path)/close")["state"] == "closed")
            let late = try await hub.call("POST", "\(path)/responses", ["answers": ["score": 1]])
            #expect(late.status == 409 && late.detail == "the survey is closed")
        }
    }

    @Test func `questions of a published survey are worded anew, and no more`() async throws {
        try await TestServer.run { hub in
            let path = try await publish(hub)
            let survey = try await hub.call("GET", path)
            var questions = try #require(survey["questions"]?.array)
            questions[0] = questions[0].adding("label", "Tell a friend?")
            let reworded = try await hub.call("PATCH", path, ["questions": .array(questions)])
            #expect(reworded["questions"]?.array?[0]["label"] == "Tell a friend?")
            let fewer = try await hub.call("PATCH", path, ["questions": .array(Array(questions.dropLast()))])
            #expect(fewer.status == 409 && fewer.error == "wrong_state")
        }
    }

    private static let misfits: [(JSON, String)] = [
        (["score": 11], "$.answers.score: expected integer from 0 to 10"),
        (["score": "9"], "$.answers.score: expected integer from 0 to 10"),
        (["score": 9, "which": ["Fax"]], "$.answers.which: holds what is none of the options"),
        (["score": 9, "stars": 5], "$.answers.stars: expected integer from 1 to 4"),
        (["score": 9, "<script>": 1], "$.answers.<script>: the survey has no such question"),
        ([:], "$.answers.score: is required"),
    ]

    @Test func `answers that do not fit are refused with the path of their question`() async throws {
        try await TestServer.run { hub in
            let path = try await publish(hub)
            for (answers, detail) in Self.misfits {
                let answer = try await hub.call("POST", "\(path)/responses", ["answers": answers])
                #expect(answer.status == 400)
                #expect(answer.detail == detail)
            }
            #expect(try await hub.call("GET", "\(path)/responses").data.isEmpty)
        }
    }

    @Test func `a survey that cannot be asked is refused with its path`() async throws {
        try await TestServer.run { hub in
            let faults: [(JSON, String)] = [
                ([["label": "x", "kind": "choice", "options": ["one"]]], "$.questions[0].options"),
                ([["label": "x", "kind": "slider"]], "$.questions[0].kind"),
                ([["label": "x", "kind": "nps"], ["key": "q_1", "label": "y", "kind": "nps"]], "$.questions[1].key"),
                ([["key": "No", "label": "x", "kind": "nps"]], "$.questions[0].key"),
            ]
            for (questions, path) in faults {
                let answer = try await hub.call("POST", "/v1/surveys", ["name": "x", "questions": questions])
                #expect(answer.status == 400)
                #expect(answer.detail.hasPrefix("\(path):"), "\(answer.detail)")
            }
            let empty = try await hub.call("POST", "/v1/surveys", ["name": "x"])
            let path = "/v1/surveys/\(try #require(empty["id"]?.string))"
            let refused = try await hub.call("POST", "\(path)/publish")
            #expect(refused.status == 409 && refused.detail == "a survey without questions cannot be published")
        }
    }
}

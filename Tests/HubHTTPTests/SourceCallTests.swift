import HubCore
import Testing

@testable import HubHTTP

@Suite struct SourceCallTests {
    @Test func `a source is made with everything, and shows all of it but its secrets`() async throws {
        try await TestHub.run { hub in
            let body: JSON = [
                "name": "ci", "integration": "martlet",
                "verification": [
                    "scheme": "signed",
                    "secrets": ["correct horse battery", ["env": "CI_SECRET"], ["file": "/run/ci"]],
                    "tolerance_seconds": 60, "idempotency_ttl_seconds": 3600, "header_prefix": "X-CI",
                    "allowed_addresses": ["192.0.2.0/24"],
                ],
                "storage": "metadata",
                "options": [
                    "stream": "general", "topic": "ci", "only_events": ["build.*"], "exclude_events": ["build.ok"],
                    "conversation_pointer": "/room", "max_body_bytes": 4096, "rate_per_minute": 10,
                ],
            ]
            let made = try await hub.call("POST", "/v1/sources", body)
            #expect(made.status == 201, "\(made.text)")
            #expect(made["url_path"] == "/webhooks/v1/main/ci")
            #expect(made["url"] == "https://hooks.test/webhooks/v1/main/ci")
            #expect(made["secret"] == .null)
            let verification = try #require(made["verification"])
            #expect(verification["secrets"]?.array?.map { $0["kept"] } == ["sealed", "env", "file"])
            #expect(verification["allowed_addresses"] == ["192.0.2.0/24"])
            #expect(verification["tolerance_seconds"] == 60)
            #expect(made["options"]?["only_events"] == ["build.*"])
            #expect(made["storage"] == "metadata")
            #expect(!made.text.contains("correct horse"))
            let shown = try await hub.call("GET", "/v1/sources/ci")
            #expect(shown["options"] == made["options"])
            #expect(try await hub.call("GET", "/v1/sources/\(made["id"]?.string ?? "")")["name"] == "ci")
            #expect(try await hub.call("POST", "/v1/sources", body).status == 409)
        }
    }

    @Test func `a secret that is made is shown once, good at the door, and rotated`() async throws {
        try await TestHub.run { hub in
            let made = try await hub.call("POST", "/v1/sources", ["name": "ci", "integration": "martlet"])
            let first = try #require(made["secret"]?.string)
            #expect(try await hub.call("GET", "/v1/sources/ci")["secret"] == nil)
            let rotated = try await hub.call("POST", "/v1/sources/ci/secret/rotate", ["overlap_seconds": 3600])
            let second = try #require(rotated["secret"]?.string)
            #expect(second != first)
            #expect(try await hub.call("GET", "/v1/sources/ci")["verification"]?["secrets"]?.array?.count == 2)
            let given = try await hub.call(
                "POST", "/v1/sources/ci/secret/rotate", ["secret": "a secret of mine", "overlap_seconds": 0])
            #expect(given["secret"] == .null)
            #expect(try await hub.call("GET", "/v1/sources/ci")["verification"]?["secrets"]?.array?.count == 1)
        }
    }

    @Test func `a change leaves what it does not name, and null resets`() async throws {
        try await TestHub.run { hub in
            let body: JSON = [
                "name": "ci", "integration": "martlet", "options": ["stream": "general", "topic": "ci"],
            ]
            try await hub.call("POST", "/v1/sources", body)
            let change: JSON = [
                "verification": ["tolerance_seconds": 30], "options": ["topic": nil, "exclude_events": ["a"]],
            ]
            let changed = try await hub.call("PATCH", "/v1/sources/ci", change)
            #expect(changed["options"]?["stream"] == "general")
            #expect(changed["options"]?["topic"] == .null)
            #expect(changed["options"]?["exclude_events"] == ["a"])
            #expect(changed["verification"]?["tolerance_seconds"] == 30)
            #expect(changed["verification"]?["secrets"]?.array?.count == 1)
        }
    }

    @Test func `a disabled source answers 410, an enabled one takes requests, a deleted one is gone`() async throws {
        try await TestHub.run { hub in
            let body = Array(#"{"type":"hello","data":{"text":"hi"}}"#.utf8)
            let disabled = try await hub.call("POST", "/v1/sources/inbox/disable")
            #expect(disabled["disabled"] == true)
            #expect(try await hub.signed(body).status == 410)
            #expect(try await hub.call("POST", "/v1/sources/inbox/enable")["disabled"] == false)
            #expect(try await hub.signed(body).status == 200)
            #expect(try await hub.call("DELETE", "/v1/sources/inbox").status == 204)
            #expect(try await hub.call("GET", "/v1/sources/inbox").status == 404)
            #expect(try await hub.signed(body).status == 404)
        }
    }

    @Test(
        arguments: [
            (["name": "CI", "integration": "martlet"], "$.name: must be"),
            (["name": "ci", "integration": "nonsense"], "$.integration: there is none"),
            (
                ["name": "ci", "integration": "martlet", "verification": ["scheme": "x"]],
                "$.verification.scheme: there is none"
            ),
            (
                ["name": "ci", "integration": "martlet", "storage": "all"],
                "$.storage: expected one of full, metadata, render_only"
            ),
            (
                ["name": "ci", "integration": "martlet", "options": ["strem": "x"]],
                "$.options.strem: there is no such option"
            ),
            (
                ["name": "ci", "integration": "martlet", "options": ["max_body_bytes": 1]],
                "$.options.max_body_bytes: expected integer from 1024"
            ),
            (
                ["name": "ci", "integration": "martlet", "verification": ["secrets": [["env": "MARTLET_MASTER_KEY"]]]],
                "$.verification.secrets: env must not name"
            ),
            (
                ["name": "ci", "integration": "martlet", "options": ["topic_pointer": "topic"]],
                "$.options.topic_pointer: is not a JSON pointer"
            ),
        ] as [(JSON, String)])
    func `a source that cannot be is refused with the place of the fault`(_ body: JSON, _ detail: String) async throws {
        try await TestHub.run { hub in
            let answer = try await hub.call("POST", "/v1/sources", body)
            #expect(answer.status == 400)
            #expect(answer.detail.hasPrefix(detail), "\(answer.detail)")
        }
    }
}

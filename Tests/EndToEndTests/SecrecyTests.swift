import Foundation
import Hub
import HubCore
import HubStorage
import HubTesting
import Testing
import WebhookSignatures

extension EndToEnd {
    /// What must never reach the disk or the log, looked for byte by byte.
    @Suite struct Secrecy {
        // MARK: Credentials

        /// Values that stand nowhere else; each is planted in one place of a request.
        private static let planted = [
            "header-token": "plantedHeaderTokenQ7", "wrong-header": "plantedWrongHeaderQ7",
            "query-key": "plantedQueryKeyQ7", "wrong-query": "plantedWrongQueryQ7",
            "bearer": "plantedBearerQ7", "wrong-bearer": "plantedWrongBearerQ7",
            "basic": "plantedBasicQ7", "wrong-basic": "plantedWrongBasicQ7",
            "signing": "plantedSigningSecretQ7", "cookie": "plantedCookieQ7", "proxy": "plantedProxyQ7",
            "foreign-token": "plantedForeignQ7", "percent": "planted%51ueryQ7",
        ]

        @Test func `no key, token or secret of a request is stored or logged, accepted or refused`() async throws {
            try await HubProcess.with(
                environment: ["MARTLET_LOG_LEVEL": "trace"],
                prepare: { hub, credentials in
                    for (name, scheme, secret, settings) in Self.sources {
                        var source = NewSource(name: name, integration: "json", scheme: scheme)
                        source.secrets = [.text(Secret(secret))]
                        source.settings = settings
                        _ = try await hub.makeSource(source, in: credentials.workspace, by: "test")
                    }
                }
            ) { hub in
                var answers = try await Self.sendCredentials(to: hub)
                #expect(answers.map(\.status) == [200, 401, 200, 401, 401, 200, 401, 200, 401, 200])
                let credentials = hub.credentials
                let wrongKey = String(credentials.botKey.reversed())
                for path in [
                    "/api/v1/external/json?api_key=\(credentials.botKey)", "/api/v1/external/json?api_key=\(wrongKey)",
                    "/hooks/slack/\(credentials.botKey)", "/hooks/slack/\(wrongKey)",
                    "/hooks/slack/\(credentials.botKey)/more", "/nowhere/\(credentials.botKey)",
                    "/webhooks/v1/main/nowhere?token=\(credentials.adminToken)",
                ] {
                    answers.append(try await hub.client.post(path, #"{"text":"x"}"#))
                }
                answers.append(try await SignedPost(to: hub, #"{"type":"x"}"#).send(by: hub.client))
                try await refusalsAreWritten(in: hub)

                var secrets = Array(Self.planted.values)
                secrets += [credentials.botKey, wrongKey, credentials.adminToken, credentials.sourceSecret]
                secrets += [Self.basic("wrong-basic"), Self.basic("basic")]
                for secret in secrets {
                    #expect(hub.places(of: Array(secret.utf8)) == [], "\(secret) was written")
                    #expect(!answers.contains { $0.body.contains(secret) }, "\(secret) was answered")
                }
                // The search itself finds what is there: in the database and in the log of refusals.
                #expect(!hub.places(of: Array("plantedInTheBody".utf8)).isEmpty)
                #expect(!hub.places(of: Array("<redacted:".utf8)).isEmpty)
                // A clean stop writes the log of the database into its file.
                try hub.child.signal(SIGTERM)
                _ = try await hub.child.waitForExit(within: .seconds(30))
                for secret in secrets {
                    #expect(hub.places(of: Array(secret.utf8)) == [], "\(secret) was written at the end")
                }
            }
        }

        private static let sources: [(String, String, String, JSON.Object)] = [
            ("token", "header_token", planted["header-token"] ?? "", JSON.Object([("header", "X-Custom")])),
            ("query", "url_key", planted["query-key"] ?? "", JSON.Object([("parameter", "code")])),
            ("bearer", "bearer", planted["bearer"] ?? "", JSON.Object()),
            ("basic", "basic", "user:\(planted["basic"] ?? "")", JSON.Object()),
            ("github", "github", planted["signing"] ?? "", JSON.Object()),
        ]

        private static func basic(_ name: String) -> String {
            Data("user:\(planted[name] ?? "")".utf8).base64EncodedString()
        }

        private static func sendCredentials(to hub: HubProcess) async throws -> [HTTPAnswer] {
            func value(_ name: String) -> String { planted[name] ?? "" }
            let body = #"{"text":"plantedInTheBody"}"#
            let now = Int64(Date().timeIntervalSince1970)
            let signature = try Signer.body(secret: value("signing"), header: "X-Hub-Signature-256").headers(
                id: "1", timestampSeconds: now, body: Array(body.utf8))
            let requests: [(String, [(String, String)])] = [
                ("token", [("X-Custom", value("header-token")), ("Cookie", "a=\(value("cookie"))")]),
                ("token", [("X-Custom", value("wrong-header")), ("Proxy-Authorization", value("proxy"))]),
                ("query?code=\(value("query-key"))", [("X-Api-Token", value("foreign-token"))]),
                ("query?code=\(value("wrong-query"))", []),
                ("query?code=\(value("percent"))", []),
                ("bearer", [("Authorization", "Bearer \(value("bearer"))")]),
                ("bearer", [("Authorization", "Bearer \(value("wrong-bearer"))")]),
                ("basic", [("Authorization", "Basic \(basic("basic"))")]),
                ("basic", [("Authorization", "Basic \(basic("wrong-basic"))")]),
                ("github", signature.map { ($0.name, $0.value) } + [("X-GitHub-Delivery", "1")]),
            ]
            var answers: [HTTPAnswer] = []
            for (path, headers) in requests {
                answers.append(
                    try await hub.client.post(
                        "/webhooks/v1/main/\(path)", body, headers + [("Content-Type", "application/json")]))
            }
            return answers
        }

        private func refusalsAreWritten(in hub: HubProcess) async throws {
            _ = try await eventually("the refusals are written") {
                try await hub.withStore { store in
                    let page = try await store.refusals(of: hub.credentials.workspace, source: nil, PageRequest())
                    let strangers = try await store.refusals(of: nil, source: nil, PageRequest())
                    return page.elements.isEmpty || strangers.elements.isEmpty ? nil : true
                }
            }
        }

        // MARK: render_only

        @Test func `of a render_only event nothing is kept but what was rendered, not even of refusals`()
            async throws
        {
            try await renderOnly(storage: .renderOnly) { hub, needles in
                for needle in needles {
                    #expect(hub.places(of: Array(needle.utf8)) == [], "\(needle) was written")
                }
                let messages = try await hub.messages()
                #expect(messages.contains { $0.draft.body.contains("Rendered for people") })
                let request = try #require(try await hub.requests().last)
                #expect(request.duplicates == 1)
                #expect(request.request.arrival == nil)
                let story = try await hub.withStore {
                    try await $0.story(of: request.request.id, in: hub.credentials.workspace)
                }
                #expect(story?.body == nil)
            }
        }

        @Test func `the same search finds all of it where a source keeps everything`() async throws {
            try await renderOnly(storage: .full) { hub, needles in
                for needle in needles {
                    #expect(!hub.places(of: Array(needle.utf8)).isEmpty, "the search does not find \(needle)")
                }
            }
        }

        private static let address = "127.77.13.9"

        /// Sends what ought to leave no trace, from an address that nothing else has, and stops the hub.
        private func renderOnly(
            storage: HubCore.Source.StoragePolicy, _ check: (HubProcess, _ needles: [String]) async throws -> Void
        ) async throws {
            try await HubProcess.with(
                environment: ["MARTLET_LOG_LEVEL": "trace"],
                prepare: { hub, credentials in
                    var options = HubCore.Source.Options()
                    options.stream = "general"
                    options.maxBodyBytes = 4096
                    options.integration = ["body_template": "Rendered for people: {{title}}"]
                    var source = NewSource(
                        name: "quiet", integration: "json", scheme: "signed", storage: storage, options: options)
                    source.secrets = [.text(Secret("quiet-secret"))]
                    _ = try await hub.makeSource(source, in: credentials.workspace, by: "test")
                }
            ) { hub in
                let statuses = try await sendQuietly(to: hub)
                #expect(statuses == [200, 200, 401, 401, 400, 400, 413])
                let refused = try await eventually("the refusals are written") {
                    try await hub.withStore { store in
                        let page = try await store.refusals(
                            of: hub.credentials.workspace, source: nil, PageRequest())
                        return page.elements.count >= 4 ? page.elements : nil
                    }
                }
                #expect(refused.count == 4)
                try await check(hub, Self.needles)
                try hub.child.signal(SIGTERM)
                _ = try await hub.child.waitForExit(within: .seconds(30))
                try await check(hub, Self.needles)
            }
        }

        private static let needles = [
            "unseenBody", "unseenRefusedBody", "unseenQuery", "unseenHeader", "unseenKey", address,
        ]

        private func sendQuietly(to hub: HubProcess) async throws -> [Int?] {
            let path = "/webhooks/v1/main/quiet"
            let body = #"{"title":"a title","note":"unseenBody"}"#
            var good = try SignedPost(to: path, secret: "quiet-secret", Array(body.utf8), key: "unseenKey")
            good.path += "?ref=unseenQuery"
            good.extraHeaders = [("X-Customer", "unseenHeader")]
            var unsigned = try SignedPost(to: path, secret: "other", Array(#"{"note":"unseenRefusedBody"}"#.utf8))
            unsigned.path += "?ref=unseenQuery"
            unsigned.extraHeaders = [("X-Customer", "unseenHeader")]
            var late = good
            late.timestamp = "1000000000"
            var keyless = good
            keyless.key = nil
            let broken = try SignedPost(
                to: path, secret: "quiet-secret", Array(#"{"note":"unseenRefusedBody"#.utf8))
            let large = try SignedPost(
                to: path, secret: "quiet-secret", Array(String(repeating: "unseenRefusedBody", count: 300).utf8))
            return try await onThread { [posts = [good, good, unsigned, late, keyless, broken, large]] in
                try posts.map { post in
                    let socket = try LoopbackSocket(port: hub.port, from: Self.address)
                    socket.write(post.head())
                    socket.write(post.body)
                    return socket.read().status
                }
            }
        }
    }
}

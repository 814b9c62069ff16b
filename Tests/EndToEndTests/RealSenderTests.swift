import Foundation
import HubCore
import HubStorage
import HubTesting
import Testing

extension EndToEnd {
    /// Programs that others wrote, sending as they do.
    @Suite struct RealSenders {
        @Test(.enabled(if: Peer.isThere([Peer.alertmanager, Peer.amtool]), "needs prometheus-alertmanager"))
        func `Alertmanager fires, and its resolution resolves the message of the alert`() async throws {
            let program = try #require(Peer.alertmanager)
            let amtool = try #require(Peer.amtool)
            try await HubProcess.with { hub in
                try await TemporaryFolder.with { folder in
                    let path =
                        "/api/v1/external/alertmanager?api_key=\(hub.credentials.botKey)&stream=ops&name=alertname"
                    let configuration = """
                        route: {receiver: hub, group_wait: 100ms, group_interval: 1s, repeat_interval: 1h}
                        receivers:
                          - name: hub
                            webhook_configs: [{url: "\(hub.base)\(path)", send_resolved: true}]
                        """
                    try configuration.write(toFile: "\(folder)/alertmanager.yml", atomically: true, encoding: .utf8)
                    let port = try LoopbackSocket.freePort()
                    let manager = try ChildProcess(
                        program,
                        [
                            "--config.file=\(folder)/alertmanager.yml", "--storage.path=\(folder)/data",
                            "--web.listen-address=127.0.0.1:\(port)", "--cluster.listen-address=",
                        ], logPath: "\(folder)/log")
                    do {
                        try await fireAndResolve(hub, amtool, port)
                    } catch {
                        try await manager.end()
                        throw HubTrouble(error: "\(error)", log: manager.log)
                    }
                    try await manager.end()
                }
            }
        }

        private func fireAndResolve(_ hub: HubProcess, _ amtool: String, _ port: Int) async throws {
            let url = "http://127.0.0.1:\(port)"
            _ = try await eventually("Alertmanager is ready") {
                try? await HubClient(base: url).send("GET", "/-/ready").status == 200 ? true : nil
            }
            let alert = [
                "--alertmanager.url=\(url)", "alert", "add", "DiskFull", "instance=db1:9100", "severity=critical",
                "--annotation=description=Only 3 % are left",
            ]
            let added = try await ChildProcess.run(amtool, alert)
            #expect(added.status == 0, "\(added.output)")
            let firing = try await eventually("the alert arrives") { try await hub.messages().first }
            #expect(firing.draft.topic == "DiskFull")
            #expect(firing.draft.body.contains("Firing"))
            #expect(firing.draft.body.contains("Only 3 % are left"))
            #expect(firing.resolvedAt == nil)
            let past = Timestamp(seconds: Int64(Date().timeIntervalSince1970) - 1).rfc3339
            let ended = try await ChildProcess.run(amtool, alert + ["--end=\(past)"])
            #expect(ended.status == 0, "\(ended.output)")
            let messages = try await eventually("the resolution arrives", within: .seconds(20)) {
                let messages = try await hub.messages()
                return messages.count == 2 ? messages : nil
            }
            #expect(messages.first?.draft.body.contains("Resolved") == true)
            #expect(messages.last?.id == firing.id)
            #expect(messages.last?.resolvedAt != nil)
        }

        @Test(.enabled(if: Peer.isThere([Peer.python]), "needs slack_sdk in MARTLET_SENDERS"))
        func `Slack's own client is content with the Slack door`() async throws {
            let python = try #require(Peer.python)
            try await HubProcess.with { hub in
                let script = """
                    import sys
                    from slack_sdk import WebhookClient
                    answer = WebhookClient(sys.argv[1]).send(
                        text="fallback", blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": "*Deployed* by <https://example.com|CI>"}}])
                    print(answer.status_code, answer.body)
                    """
                let run = try await ChildProcess.run(
                    python, ["-c", script, "\(hub.base)/hooks/slack/\(hub.credentials.botKey)?stream=ops"])
                #expect(run.status == 0, "\(run.output)")
                #expect(run.output == "200 ok\n")
                let messages = try await hub.messages()
                #expect(messages.map(\.draft.body) == ["**Deployed** by [CI](https://example.com)"])
            }
        }

        @Test(.enabled(if: Peer.isThere([Peer.apprise]), "needs apprise in MARTLET_SENDERS"))
        func `Apprise sends JSON and speaks to what it takes for Slack and for Zulip`() async throws {
            let apprise = try #require(Peer.apprise)
            try await HubProcess.with { hub in
                let key = hub.credentials.botKey
                let place = "127.0.0.1:\(hub.port)"
                for url in [
                    "json://\(place)/api/v1/external/json?-api_key=\(key)&-stream=ops",
                    "json://\(place)/hooks/slack/\(key)?:message=text&-stream=ops",
                    "form://\(place)/hooks/slack/\(key)?:message=text&-stream=ops",
                ] {
                    let run = try await ChildProcess.run(apprise, ["-vv", "-t", "Backup", "-b", "Backup done", url])
                    #expect(run.status == 0, "\(url): \(run.output)")
                }
                let messages = try await hub.messages()
                #expect(messages.count == 3)
                #expect(messages.allSatisfy { $0.draft.body.contains("Backup done") })
            }
        }
    }

    /// An error, and what the peer had to say.
    private struct HubTrouble: Error, CustomStringConvertible {
        let error: String
        let log: String

        var description: String { "\(error)\n\(log)" }
    }
}

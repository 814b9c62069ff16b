import Foundation
import HubCore
import HubStorage
import HubTesting
import Sink
import Testing

extension EndToEnd {
    /// What those who run the hub do with it while it works.
    @Suite struct Operations {
        @Test func `a backup made while events arrive is restored with all that was answered before it`()
            async throws
        {
            try await HubProcess.with { hub in
                try await TemporaryFolder.with { folder in
                    for index in 0..<20 { _ = try await post(hub, "before-\(index)").send(by: hub.client) }
                    async let load: Void = send(hub, "while", count: 200)
                    let backup = try await hub.command(["backup", "\(folder)/copy", "--with-key"])
                    #expect(backup.status == 0, "\(backup.output)")
                    try await load
                    let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/copy")[.posixPermissions]
                    #expect(mode as? Int == 0o600)

                    try await hub.kill()
                    try FileManager.default.moveItem(atPath: hub.dataDirectory, toPath: "\(folder)/lost")
                    let restore = try await hub.command(["restore", "\(folder)/copy"])
                    #expect(restore.status == 0, "\(restore.output)")
                    try await hub.start()

                    let events = try await hub.events()
                    let ids = Set(events.compactMap(\.event.externalID))
                    #expect(ids.count == events.count)
                    #expect(Set((0..<20).map { "before-\($0)" }).isSubset(of: ids))
                    #expect(try await hub.messages().count == events.count)
                    // Secrets can be opened and keys are remembered: an old event is known, a new one is taken.
                    #expect(
                        try await post(hub, "before-3").send(by: hub.client).body
                            == #"{"status":"duplicate","event_id":"before-3"}"#)
                    #expect(
                        try await post(hub, "after").send(by: hub.client).body
                            == #"{"status":"accepted","event_id":"after"}"#)
                }
            }
        }

        @Test func `with a certificate it speaks HTTPS, to those who believe it, and HTTP to nobody`() async throws {
            let certificate = try SinkCertificate(names: ["localhost"])
            try await HubProcess.with { hub in
                try await TemporaryFolder.with { folder in
                    try await hub.kill()
                    try certificate.certificatePEM.write(
                        toFile: "\(folder)/chain.pem", atomically: true, encoding: .utf8)
                    try certificate.keyPEM.write(toFile: "\(folder)/key.pem", atomically: true, encoding: .utf8)
                    try hub.launch(adding: [
                        "MARTLET_TLS_CERT_FILE": "\(folder)/chain.pem", "MARTLET_TLS_KEY_FILE": "\(folder)/key.pem",
                    ])
                    let base = "https://localhost:\(hub.port)"
                    try await HubClient.trusting(issuerPEM: certificate.issuerPEM, at: base) { client in
                        _ = try await eventually("the hub is ready", within: .seconds(20)) {
                            try? await client.send("GET", "/readyz").status == 200 ? true : nil
                        }
                        let answer = try await post(hub, "sealed").send(by: client)
                        #expect(answer.body == #"{"status":"accepted","event_id":"sealed"}"#)
                        // Cookies must not leave by plain HTTP.
                        let page = try await client.send(
                            "POST", "/signin",
                            [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", base)],
                            body: Array("token=\(hub.credentials.adminToken)".utf8))
                        let cookie = page.headers.header("Set-Cookie") ?? "none"
                        #expect(cookie.contains("Secure") && cookie.contains("HttpOnly"), "\(page) \(cookie)")
                    }
                    let plain = try? await hub.client.send("GET", "/readyz")
                    #expect(plain?.status != 200)
                    let stranger = try SinkCertificate(names: ["localhost"])
                    await #expect(throws: (any Error).self) {
                        try await HubClient.trusting(issuerPEM: stranger.issuerPEM, at: base) { client in
                            _ = try await client.send("GET", "/readyz")
                        }
                    }
                }
            }
        }

        @Test func `a backup is not restored with another master key, and leaves nothing behind`() async throws {
            try await HubProcess.with { hub in
                try await TemporaryFolder.with { folder in
                    #expect(try await hub.command(["backup", "\(folder)/copy"]).status == 0)
                    try String(repeating: "5a", count: 32).write(
                        toFile: "\(folder)/wrong.key", atomically: true, encoding: .utf8)
                    let restore = try await hub.command(
                        ["restore", "\(folder)/copy", "--key-file", "\(folder)/wrong.key"],
                        dataDirectory: "\(folder)/new")
                    #expect(restore.status != 0)
                    #expect(restore.output.contains("master key"))
                    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/new") == [])
                }
            }
        }

        @Test func `the master key is rotated under load, and the old one opens nothing any more`() async throws {
            try await HubProcess.with { hub in
                let keyPath = "\(hub.dataDirectory)/master.key"
                let old = try String(contentsOfFile: keyPath, encoding: .utf8)
                async let load: Void = send(hub, "while", count: 200)
                let rotation = try await hub.command(["key", "rotate"])
                #expect(rotation.status == 0, "\(rotation.output)")
                try await load
                let new = try String(contentsOfFile: keyPath, encoding: .utf8)
                #expect(new != old)
                // The running server goes on, and so do key, token and secrets after a new start.
                #expect(try await post(hub, "running").send(by: hub.client).status == 200)
                try await hub.kill()
                try await hub.start()
                #expect(try await post(hub, "started").send(by: hub.client).status == 200)
                #expect(
                    try await hub.client.post("/hooks/slack/\(hub.credentials.botKey)?stream=ops", #"{"text":"x"}"#)
                        .body == "ok")
                #expect(try await hub.events().count == 203)

                try await hub.kill()
                let child = try hub.launch(adding: [
                    "MARTLET_MASTER_KEY": old.trimmingCharacters(in: .whitespacesAndNewlines)
                ])
                #expect(try await child.waitForExit() != 0)
            }
        }

        /// One after the other; each has to be taken.
        private func send(_ hub: HubProcess, _ name: String, count: Int) async throws {
            for index in 0..<count {
                let answer = try await post(hub, "\(name)-\(index)").send(by: hub.client)
                #expect(answer.status == 200, "\(answer)")
            }
        }

        private func post(_ hub: HubProcess, _ id: String) throws -> SignedPost {
            try SignedPost(to: hub, #"{"event_id":"\#(id)","type":"x","data":{"text":"\#(id)"}}"#, key: id)
        }
    }
}

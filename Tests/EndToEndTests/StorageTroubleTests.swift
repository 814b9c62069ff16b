import Foundation
import HubCore
import HubStorage
import HubTesting
import Testing

extension EndToEnd {
    /// A disk that fills up, a database that somebody holds, a key that is not the right one.
    @Suite struct StorageTrouble {
        @Test func `on a full disk the answer is 503 with Retry-After, health says why, and it recovers by itself`()
            async throws
        {
            try await HubProcess.with { hub in
                _ = try await post(hub, "before").send(by: hub.client)
                try await hub.limitFiles(to: try largestFile(hub))
                // What is there may be written over; the first event that needs more room finds none.
                var refused: HTTPAnswer?
                var accepted: Set<String> = ["before"]
                for index in 0..<20 where refused == nil {
                    let answer = try await post(hub, "full-\(index)", size: 500_000).send(by: hub.client)
                    if answer.status == 200 { accepted.insert("full-\(index)") } else { refused = answer }
                }
                let answer = try #require(refused, "the limit was never felt")
                #expect(answer.status == 503)
                #expect(answer.body == #"{"error":"unavailable"}"#)
                #expect(answer.headers.header("Retry-After").flatMap { Int($0) }.map { (1...60).contains($0) } == true)
                // Now not even a page more.
                try await hub.limitFiles(to: 4096)
                #expect(try await post(hub, "no page").send(by: hub.client).status == 503)
                let health = try await hub.client.send("GET", "/healthz")
                #expect(health.status == 503)
                #expect(health.json?["status"]?.string == "degraded")
                #expect(health.json?["storage"]?.string?.isEmpty == false, "\(health)")
                #expect(try await hub.client.send("GET", "/readyz").status == 503)
                #expect(try hub.child.exitStatus == nil)

                try await hub.limitFiles(to: nil)
                _ = try await eventually("the hub is ready again") {
                    try await hub.client.send("GET", "/readyz").status == 200 ? true : nil
                }
                let after = try await post(hub, "after").send(by: hub.client)
                #expect(after.body == #"{"status":"accepted","event_id":"after"}"#)
                accepted.insert("after")
                #expect(Set(try await hub.events().compactMap(\.event.externalID)) == accepted)
                #expect(try await hub.messages().count == accepted.count)
            }
        }

        @Test(.enabled(if: Peer.isThere([Peer.sqlite]), "needs sqlite3"))
        func `while another process holds the database the answer is 503, and then it goes on`() async throws {
            let sqlite = try #require(Peer.sqlite)
            try await HubProcess.with { hub in
                try await TemporaryFolder.with { folder in
                    // It waits for somebody to write into the pipe, and holds what it has begun.
                    #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
                    let holder = try ChildProcess(
                        sqlite,
                        [
                            "\(hub.dataDirectory)/martlet.db", "BEGIN IMMEDIATE;", ".output \(folder)/held",
                            "SELECT 'held';", ".output stdout", ".read \(folder)/pipe",
                        ], logPath: "\(folder)/log")
                    _ = try await eventually("the database is held") {
                        FileManager.default.contents(atPath: "\(folder)/held")?.isEmpty == false ? true : nil
                    }
                    let answer = try await post(hub, "waits").send(by: hub.client)
                    #expect(answer.status == 503)
                    #expect(answer.headers.header("Retry-After") != nil)
                    #expect(try await hub.client.send("GET", "/healthz").json?["storage"]?.string?.isEmpty == false)
                    try await holder.end()
                    let after = try await eventually("it is taken") {
                        let answer = try await post(hub, "waits").send(by: hub.client)
                        return answer.status == 200 ? answer : nil
                    }
                    #expect(after.body == #"{"status":"accepted","event_id":"waits"}"#)
                    #expect(try await hub.client.send("GET", "/readyz").status == 200)
                }
            }
        }

        @Test func `a start with another master key is refused and says which key is wanted`() async throws {
            try await HubProcess.with { hub in
                _ = try await post(hub, "kept").send(by: hub.client)
                try await hub.kill()
                let other = String(repeating: "5a", count: 32)
                let child = try hub.launch(adding: ["MARTLET_MASTER_KEY": other])
                let status = try await child.waitForExit()
                #expect(status != 0)
                #expect(hub.log.contains("sealed with another master key"))
                #expect(!hub.log.contains(other))
                try await hub.start()
                #expect(
                    try await post(hub, "kept").send(by: hub.client).body
                        == #"{"status":"duplicate","event_id":"kept"}"#)
            }
        }

        private func post(_ hub: HubProcess, _ id: String, size: Int = 10) throws -> SignedPost {
            let filler = String(repeating: "f", count: size)
            return try SignedPost(
                to: hub, #"{"event_id":"\#(id)","type":"x","data":{"text":"\#(id)"},"filler":"\#(filler)"}"#, key: id)
        }

        private func largestFile(_ hub: HubProcess) throws -> Int {
            let names = try FileManager.default.contentsOfDirectory(atPath: hub.dataDirectory)
            let sizes = try names.map { name in
                try FileManager.default.attributesOfItem(atPath: "\(hub.dataDirectory)/\(name)")[.size] as? Int ?? 0
            }
            return sizes.max() ?? 0
        }
    }
}

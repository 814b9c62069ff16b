import Foundation
import HubCore
import HubStorage
import HubTesting
import Synchronization
import Testing

extension EndToEnd {
    /// What was answered 200 is there, whatever happens to the process.
    @Suite struct Crashes {
        @Test(.timeLimit(.minutes(4)))
        func `after each of 50 kills under load every answered event is there once, with its message`() async throws {
            try await HubProcess.with { hub in
                let ledger = Ledger()
                for round in 0..<50 {
                    // Kills fall where commits are under way: right after an answer, in the middle of a burst.
                    let enough = ledger.answered.count + Int.random(in: 1...60)
                    async let load: Void = load(hub, ledger, name: "\(round)")
                    _ = try await eventually("round \(round) has answers", every: .milliseconds(1)) {
                        ledger.answered.count >= enough || ledger.isIdle ? true : nil
                    }
                    try await hub.kill()
                    await load
                    try await hub.start()
                }
                #expect(!ledger.unanswered.isEmpty, "no kill fell between a request and its answer")
                // As honest senders do, what was not answered is sent again under its key.
                for id in ledger.unanswered {
                    let answer = try await post(hub, id).send(by: hub.client)
                    #expect(answer.status == 200)
                    ledger.note(answer: id)
                }
                try await verify(hub, ledger)
            }
        }

        @Test(.enabled(if: Peer.isThere([Peer.compiler]), "needs a C compiler"), .timeLimit(.minutes(4)))
        func `after each of 8 power cuts every answered event is in what was synced to the disk`() async throws {
            let compiler = try #require(Peer.compiler)
            try await TemporaryFolder.with { folder in
                let disk = try await PowerCut(folder, compiler: compiler)
                try await HubProcess.with(environment: disk.environment) { hub in
                    let ledger = Ledger()
                    var lost = 0
                    for round in 0..<8 {
                        try await hub.kill()
                        try disk.begin(hub.dataDirectory)
                        try await hub.start()
                        // Large enough that the log is brought into the file every few rounds.
                        let enough = ledger.answered.count + Int.random(in: 20...150)
                        async let load: Void = load(hub, ledger, name: "\(round)", size: 12_000)
                        _ = try await eventually("round \(round) has answers", every: .milliseconds(1)) {
                            ledger.answered.count >= enough || ledger.isIdle ? true : nil
                        }
                        try await hub.kill()
                        await load
                        lost += try disk.cut(hub.dataDirectory)
                        try await hub.start()
                        try await verify(hub, ledger, mayMiss: true)
                    }
                    #expect(lost > 0, "no cut took anything away: this disk is none that loses")
                }
            }
        }

        @Test func `SIGTERM under load loses nothing that was answered, and the process ends within 30 seconds`()
            async throws
        {
            try await HubProcess.with { hub in
                let ledger = Ledger()
                // Neither a connection that idles nor a request that never ends may hold it up.
                let idle = try LoopbackSocket(port: hub.port)
                let half = try LoopbackSocket(port: hub.port)
                half.write("POST /webhooks/v1/main/inbox HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
                async let load: Void = load(hub, ledger, name: "term")
                _ = try await eventually("the load runs") { ledger.answered.count >= 40 ? true : nil }
                let start = ContinuousClock.now
                let child = try hub.child
                child.signal(SIGTERM)
                let status = try await child.waitForExit(within: .seconds(35))
                #expect(start.duration(to: .now) < .seconds(30))
                #expect(status == 0)
                await load
                withExtendedLifetime((idle, half)) {}
                try await hub.start()
                try await verify(hub, ledger, mayMiss: true)
            }
        }

        // MARK: Parts

        /// Twelve clients that send one event after the other until the hub is gone.
        private func load(_ hub: HubProcess, _ ledger: Ledger, name: String, size: Int = 10) async {
            await withDiscardingTaskGroup { group in
                for client in 0..<12 {
                    ledger.clientStarts()
                    group.addTask {
                        defer { ledger.clientEnds() }
                        for index in 0..<400 {
                            let id = "\(name)-\(client)-\(index)"
                            ledger.note(sent: id)
                            // No answer: the hub was killed.
                            guard let answer = try? await post(hub, id, size: size).send(by: hub.client) else { return }
                            if answer.status == 200 { ledger.note(answer: id) }
                        }
                    }
                }
            }
        }

        private func post(_ hub: HubProcess, _ id: String, size: Int = 10) throws -> SignedPost {
            let filler = String(repeating: "f", count: size)
            return try SignedPost(
                to: hub, #"{"event_id":"\#(id)","type":"load","data":{"text":"Event \#(id)"},"filler":"\#(filler)"}"#,
                key: "key-\(id)")
        }

        private func verify(_ hub: HubProcess, _ ledger: Ledger, mayMiss: Bool = false) async throws {
            let events = try await hub.events()
            let counts = Dictionary(grouping: events) { $0.event.externalID ?? "" }.mapValues(\.count)
            #expect(counts.values.allSatisfy { $0 == 1 }, "an event is stored twice")
            let lost = ledger.answered.filter { counts[$0] == nil }
            #expect(lost.isEmpty, "answered and lost: \(lost.sorted())")
            #expect(Set(counts.keys).isSubset(of: ledger.sent))
            let messages = Dictionary(grouping: try await hub.messages()) { $0.event }.mapValues(\.count)
            #expect(Set(messages.keys) == Set(events.map(\.event.id)), "an event without its message, or the reverse")
            #expect(messages.values.allSatisfy { $0 == 1 }, "a message is stored twice")
            #expect(try await hub.requests().count == events.count)
            if !mayMiss { #expect(Set(counts.keys) == ledger.sent) }
        }
    }

    /// What clients sent, and what of it was answered 200.
    private final class Ledger: Sendable {
        private struct State {
            var sent: Set<String> = []
            var answered: Set<String> = []
            var clients = 0
        }

        private let state = Mutex(State())

        var sent: Set<String> { state.withLock { $0.sent } }
        var answered: Set<String> { state.withLock { $0.answered } }
        var unanswered: Set<String> { state.withLock { $0.sent.subtracting($0.answered) } }
        /// Whether no client sends (any more).
        var isIdle: Bool {
            state.withLock { $0.clients == 0 && !$0.sent.isEmpty && $0.answered.count >= $0.sent.count }
        }

        func note(sent id: String) { state.withLock { _ = $0.sent.insert(id) } }
        func note(answer id: String) { state.withLock { _ = $0.answered.insert(id) } }
        func clientStarts() { state.withLock { $0.clients += 1 } }
        func clientEnds() { state.withLock { $0.clients -= 1 } }
    }
}

import HubCore
import HubStorage
import HubTesting
import Testing

@Suite struct SearchContract {
    /// More than one piece of what an index gives at a time.
    private static let total = 700

    /// `total` events: each says “everywhere” in its type or in its message, every third is a push.
    private func filled(_ store: any Store) async throws -> TestWorkspace {
        let workspace = try await TestWorkspace.make(store)
        let version = try #require(try await store.configurationVersion(of: workspace.id))
        for index in 0..<Self.total {
            let type = index % 3 == 0 ? "push.everywhere" : "issue"
            let draft = MessageDraft(topic: "t", body: index % 3 == 0 ? "quiet" : "everywhere \(index)")
            _ = try await store.commit(workspace.plan(version: version, draft: draft, type: type))
        }
        while try await store.deriveIndexes() {}
        return workspace
    }

    @Test(arguments: Backend.allCases)
    func `pages of a word that stands everywhere follow each other without gap or overlap`(
        _ backend: Backend
    ) async throws {
        try await backend.withStore { store in
            let workspace = try await filled(store)
            var query = EventQuery()
            query.text = "everywhere"
            var seqs: [Int64] = []
            var cursor: Int64?
            repeat {
                let page = try await store.events(of: workspace.id, query, PageRequest(.before(cursor), limit: 90))
                seqs += page.elements.map(\.seq)
                cursor = page.next
            } while cursor != nil
            #expect(seqs == (1...Int64(Self.total)).reversed())

            query.type = "push.*"
            let pushes = try await store.events(of: workspace.id, query, PageRequest(limit: 400)).elements
            #expect(pushes.map(\.seq) == seqs.filter { ($0 - 1) % 3 == 0 })
        }
    }

    @Test(arguments: Backend.allCases)
    func `a follower of a word misses nothing`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await filled(store)
            var events = EventQuery()
            events.text = "everywhere"
            var requests = RequestQuery()
            requests.text = "everywhere"
            var messages = MessageQuery()
            messages.text = "everywhere"
            var seen: [[Int64]] = [[], [], []]
            for _ in 0..<Self.total / 90 + 2 {
                func after(_ list: Int) -> PageRequest { PageRequest(.after(seen[list].last ?? 0), limit: 90) }
                seen[0] += try await store.events(of: workspace.id, events, after(0)).elements.map(\.seq)
                seen[1] += try await store.requests(of: workspace.id, requests, after(1)).elements.map(\.seq)
                seen[2] += try await store.messages(of: workspace.id, messages, after(2)).elements.map(\.seq)
            }
            let all = Array(1...Int64(Self.total))
            #expect(seen[0] == all)
            #expect(seen[1] == all)
            #expect(seen[2] == all.filter { ($0 - 1) % 3 != 0 })
        }
    }

    @Test(arguments: Backend.allCases)
    func `a word finds itself, and with a star all that begin so`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            for body in ["an apple", "two apples", "a \"quoted\" pear*"] {
                _ = try await store.commit(
                    workspace.plan(version: version, draft: MessageDraft(topic: "t", body: body)))
            }
            while try await store.deriveIndexes() {}
            func found(_ text: String) async throws -> Int {
                var query = MessageQuery()
                query.text = text
                return try await store.messages(of: workspace.id, query, PageRequest()).elements.count
            }
            #expect(try await found("apple") == 1)
            #expect(try await found("appl*") == 2)
            #expect(try await found("quoted pea*") == 1)
            #expect(try await found("\"quoted\" OR apple") == 0)
            #expect(try await found("*") == 0)
        }
    }

    @Test(arguments: Backend.allCases)
    func `events are counted the same before and after they were counted ahead`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            let start = Timestamp(milliseconds: TestWorkspace.start.milliseconds / 3_600_000 * 3_600_000)
            for minute in [0, 1, 59, 60, 61, 200] {
                _ = try await store.commit(workspace.plan(version: version, at: start + .seconds(Int64(minute) * 60)))
            }
            func counts() async throws -> [String] {
                try await store.eventCounts(of: workspace.id, since: start, step: .seconds(3600)).map { count in
                    "\((count.from - start).milliseconds / 3_600_000) \(count.outcome) \(count.count)"
                }
            }
            let expected = ["0 message 3", "1 message 2", "3 message 1"]
            #expect(try await counts() == expected)
            while try await store.deriveIndexes() {}
            #expect(try await counts() == expected)
            _ = try await store.commit(workspace.plan(version: version, at: start + .seconds(12_001)))
            #expect(try await counts() == ["0 message 3", "1 message 2", "3 message 2"])
        }
    }

    @Test(arguments: Backend.allCases)
    func `a plan that was announced and never comes holds nobody up`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            let lost = store.announce()
            let mine = store.announce()
            let outcome = try await store.commit(workspace.plan(version: version), mine)
            #expect(outcome == .committed(messageSeqs: [1]))
            lost.end()
            lost.end()
            #expect(try await store.commit(workspace.plan(version: version)) == .committed(messageSeqs: [2]))
        }
    }
}

import HubCore
import HubStorage
import HubTesting
import Testing

@Suite struct ReadingContract {
    @Test(arguments: Backend.allCases)
    func `a follower by cursor misses nothing that two stores commit`(_ backend: Backend) async throws {
        try await backend.withStores(2) { stores in
            let workspace = try await TestWorkspace.make(stores[0])
            let version = try #require(try await stores[0].configurationVersion(of: workspace.id))
            let total = 200
            async let followed = follow(stores[1], workspace.id, until: total)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<total {
                    group.addTask { _ = try await stores[index % 2].commit(workspace.plan(version: version)) }
                }
                try await group.waitForAll()
            }
            let seen = try await followed
            #expect(seen.count == total)
            #expect(Set(seen).count == total)
            #expect(seen == seen.sorted())
        }
    }

    private func follow(_ store: any Store, _ workspace: WorkspaceID, until count: Int) async throws -> [Int64] {
        var seen: [Int64] = []
        let commits = store.commits()
        var iterator = commits.makeAsyncIterator()
        while seen.count < count {
            let page = try await store.events(
                of: workspace, EventQuery(), PageRequest(.after(seen.last ?? 0), limit: 7))
            seen += page.elements.map(\.seq)
            if page.elements.isEmpty { _ = await iterator.next() }
        }
        return seen
    }

    @Test(arguments: Backend.allCases)
    func `pages follow each other without gap or overlap`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            for _ in 0..<25 { _ = try await store.commit(workspace.plan(version: version)) }
            var seqs: [Int64] = []
            var cursor: Int64?
            repeat {
                let page = try await store.requests(
                    of: workspace.id, RequestQuery(), PageRequest(.before(cursor), limit: 10))
                seqs += page.elements.map(\.seq)
                cursor = page.next
            } while cursor != nil
            #expect(seqs == (1...25).reversed())
        }
    }

    @Test(arguments: Backend.allCases)
    func `lists are filtered by type, time, source and words`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let version = try #require(try await store.configurationVersion(of: workspace.id))
            for (index, type) in ["push", "issue.opened", "issue.closed"].enumerated() {
                let draft = MessageDraft(topic: "t", body: "It is about \(["apples", "pears", "plums"][index])")
                let at = TestWorkspace.start + .seconds(Int64(index) * 60)
                _ = try await store.commit(workspace.plan(version: version, draft: draft, at: at, type: type))
            }
            while try await store.deriveIndexes() {}
            func types(_ change: (inout EventQuery) -> Void) async throws -> [String] {
                var query = EventQuery()
                change(&query)
                return try await store.events(of: workspace.id, query, PageRequest()).elements.map(\.event.type)
            }
            #expect(try await types { $0.type = "issue.*" } == ["issue.closed", "issue.opened"])
            #expect(
                try await types { $0.since = TestWorkspace.start + .seconds(60) } == ["issue.closed", "issue.opened"])
            #expect(try await types { $0.until = TestWorkspace.start + .seconds(60) } == ["push"])
            #expect(try await types { $0.text = "pear*" } == ["issue.opened"])
            #expect(try await types { $0.text = "clos*" } == ["issue.closed"])
            #expect(try await types { $0.source = workspace.source.id }.count == 3)
            var messages = MessageQuery()
            messages.text = "plums"
            #expect(try await store.messages(of: workspace.id, messages, PageRequest()).elements.count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `what belongs to another workspace is not there`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let ours = try await TestWorkspace.make(store, slug: "ours")
            let theirs = try await TestWorkspace.make(store, slug: "theirs")
            let version = try #require(try await store.configurationVersion(of: theirs.id))
            let plan = theirs.plan(version: version)
            _ = try await store.commit(plan)
            #expect(try await store.story(of: try #require(plan.request).id, in: ours.id) == nil)
            #expect(try await store.event(plan.events[0].id, in: ours.id) == nil)
            #expect(try await store.messages(of: ours.id, MessageQuery(), PageRequest()).elements.isEmpty)
            #expect(try await store.requests(of: ours.id, RequestQuery(), PageRequest()).elements.isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func `refusals of a source are kept in a ring`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let workspace = try await TestWorkspace.make(store)
            let refusals = (0..<(Refusal.ringSize + 30)).map { index in
                Refusal(
                    workspace: workspace.id, source: workspace.source.id, at: TestWorkspace.start, status: 401,
                    code: "invalid_signature", detail: "\(index)", method: "POST", path: "/", remoteAddress: nil,
                    headerNames: ["A", "B"], body: nil, bodySize: 0)
            }
            try await store.record(refusals)
            let page = try await store.refusals(of: workspace.id, source: nil, PageRequest(limit: 500))
            #expect(page.elements.count == Refusal.ringSize)
            #expect(page.elements.first?.detail == "\(Refusal.ringSize + 29)")
            #expect(page.elements.first?.headerNames == ["A", "B"])
        }
    }
}
